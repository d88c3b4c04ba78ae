using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Broadcasts;

/// <summary>How the client of a socket that was added to its namespace is told, before anything else is sent to it.</summary>
internal static class SocketWelcome
{
    extension(Socket socket)
    {
        /// <summary>What tells the client that it is connected. A client of protocol 3 makes its id by itself, and can't come back.</summary>
        public Frame EncodeConnect() => socket.Connection.Protocol == 3
            ? socket.Namespace.Server.Encoder.WriteConnect(socket.Namespace.Name, null, null)
            : socket.Namespace.Server.Encoder.WriteConnect(socket.Namespace.Name, socket.Id, socket.Recoverable?.Pid);

        /// <summary>Welcomes a socket that can be found but whose client is not told yet.</summary>
        /// <returns>Whether the socket is connected.</returns>
        public bool Welcome()
        {
            if (socket.Life.AwaitsWelcome)
                socket.Welcome(socket.EncodeConnect());
            return socket.IsConnected;
        }

        /// <summary>
        /// Queues the answer, once, whoever comes first: who connects the socket, or who sends to it. The others wait until the queue has
        /// taken it: no byte moves meanwhile, and no listener is called.
        /// </summary>
        public void Welcome(Frame answer)
        {
            if (socket.Life.TryBeginWelcome())
            {
                using var cork = Cork.HoldWithListeners();
                try
                {
                    socket.Connection.EnqueueControl(answer);
                }
                finally
                {
                    socket.Life.EndWelcome();
                }
            }
            socket.Life.WaitForWelcome();
        }
    }
}
