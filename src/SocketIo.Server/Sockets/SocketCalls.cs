using System.Runtime.CompilerServices;
using SocketIo.Protocol;

namespace SocketIo.Sockets;

/// <summary>What is called for one socket of several; what it throws is logged and must not stop the others.</summary>
internal static class SocketCalls
{
    extension(Socket socket)
    {
        /// <summary>Calls the listeners for outgoing events.</summary>
        public void NotifyOutgoing<TArgs>(string eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
        {
            if (socket.Listeners is { AnyOutgoing.Length: > 0 })
                socket.NotifyOutgoing(new OutgoingEvent(eventName, args.ToArray()));
        }

        /// <summary>The same with what the listeners get.</summary>
        public void NotifyOutgoing(OutgoingEvent outgoing)
        {
            // a listener that emits is called for that too: an exception of the emit, not the end of the process
            RuntimeHelpers.EnsureSufficientExecutionStack();
            foreach (var listener in socket.Listeners?.AnyOutgoing ?? [])
            {
                try
                {
                    listener(outgoing);
                }
                catch (Exception exception)
                {
                    socket.Namespace.Handlers.ReportOutgoing(socket, exception, outgoing.Name);
                }
            }
        }

        /// <summary>Does to one of several sockets what must not stop the others when it fails.</summary>
        public void Try<TArgument>(Action<Socket, TArgument> action, TArgument argument, string name)
        {
            try
            {
                action(socket, argument);
            }
            catch (RoomLimitException exception)
            {
                socket.Namespace.Handlers.ReportLimit(socket, exception, name);
            }
            catch (Exception exception)
            {
                Log.SocketFailed(socket.Namespace.Server.Logger, exception, socket.Id, socket.Namespace.Name, name);
            }
        }
    }
}
