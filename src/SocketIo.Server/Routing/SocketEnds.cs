using SocketIo.Engine;
using SocketIo.Sockets;

namespace SocketIo.Routing;

/// <summary>How a socket ends, step by step: the handlers are told, its rooms are left, who waits for it is told.</summary>
internal static class SocketEnds
{
    extension(Socket socket)
    {
        /// <summary>Disconnects; the first reason counts. Before the socket is connected the reason is kept, and ends it then.</summary>
        public void Close(DisconnectReason reason)
        {
            if (!socket.Life.TryBeginClose(ref reason))
                return;
            var byServer = reason == DisconnectReason.ServerNamespaceDisconnect;
            socket.Dispatch.Drop();

            // for the handlers of the disconnect, which may last longer than the end of the session
            var holdsServices = socket.Connection.TryHoldServices();
            socket.Namespace.Delivery.OnClosing(socket, reason);
            socket.Client.Remove(socket, byServer);

            // behind the removal: as soon as the client is told it may join again
            if (byServer)
                socket.TellClient();
            var told = socket.Namespace.Handlers.TellDisconnectingAsync(socket, reason);
            if (told.IsCompleted)
                socket.Finish(reason, holdsServices);
            else
                _ = socket.FinishAsync(told, reason, holdsServices);
        }

        /// <summary>Closes where the failure of one must not stop the others.</summary>
        public void TryClose(DisconnectReason reason) => socket.Try(static (socket, reason) => socket.Close(reason), reason, "disconnect");

        // Whatever a parser of the user throws, the socket ends.
        private void TellClient() => socket.Try(
            static (socket, @namespace) => socket.Connection.EnqueueControl(@namespace.Server.Encoder.WriteDisconnect(@namespace.Name)),
            socket.Namespace,
            "tell its client of the disconnect");

        private async Task FinishAsync(Task told, DisconnectReason reason, bool holdsServices)
        {
            using var unfinished = socket.Namespace.Server.Unfinished.Begin();
            await told.ConfigureAwait(false);
            socket.Finish(reason, holdsServices);
        }

        private void Finish(DisconnectReason reason, bool holdsServices)
        {
            var @namespace = socket.Namespace;
            @namespace.Delivery.OnLeaving(socket);
            socket.LeaveRooms();
            socket.Life.End();
            @namespace.Members.Remove(socket);
            @namespace.Release();
            socket.LoseAcks();
            @namespace.Server.Topics?.OnClosed(socket);
            socket.CancelDisconnection();
            var told = @namespace.Handlers.TellDisconnectAsync(socket, reason);
            if (!told.IsCompleted)
                _ = socket.WaitAsync(told, holdsServices);
            else if (holdsServices)
                socket.Connection.ReleaseServices();
            @namespace.Delivery.OnClosed(socket);
        }

        // Who adds one looks at the state behind it, and this at the acknowledgements behind the state: one of the two sees the other.
        private void LoseAcks()
        {
            foreach (var ack in socket.AcksIfAny?.TakeAll() ?? [])
                ack.Lose(socket);
        }

        private async Task WaitAsync(Task told, bool holdsServices)
        {
            using var unfinished = socket.Namespace.Server.Unfinished.Begin();
            await told.ConfigureAwait(false);
            if (holdsServices)
                socket.Connection.ReleaseServices();
        }
    }
}
