using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>What ends a session, and how: each cause with its reason, its log line and the way that the client learns of it.</summary>
internal static class SessionEnds
{
    // How long a WebSocket whose frames can't be understood is read on, so that a reset does not eat the close frame.
    private static readonly TimeSpan BrokenLinger = TimeSpan.FromSeconds(2);

    extension(EngineSession session)
    {
        /// <summary>Closes for a fault of the client's: a WebSocket is told by a close frame, a poller by its next request.</summary>
        public void Break(DisconnectReason reason, ushort code = CloseCode.ProtocolError)
        {
            session.BreakOff(session.TryClose(reason), code);
        }

        /// <summary>The same for a fault behind which nothing that is queued can be sent any more.</summary>
        public void Expel(DisconnectReason reason)
        {
            var isFirst = session.TryClose(reason);
            if (isFirst)
                session.LogBroken();
            session.FinishDrop(isFirst);
        }

        /// <summary>The same as <see cref="Break"/>, so that a check can end with it.</summary>
        public ValueTask Refuse(DisconnectReason reason, string description)
        {
            session.Break(reason.With(description));
            return ValueTask.CompletedTask;
        }

        /// <summary>A handler threw: the session ends with the WebSocket's code for an internal error.</summary>
        public void Fail(Exception exception)
        {
            Log.HandlerFailed(session.Server.Logger, session.Label, exception);
            session.Close(DisconnectReason.ForcedClose.With("the handler failed"), CloseCode.InternalError);
        }

        /// <summary>The drain ended in the middle: nobody writes any more. Others' drains follow on this thread, and not behind a logger.</summary>
        public void OnWriteFailed(Exception exception) => session.Post(session =>
        {
            Log.WriteFailed(session.Server.Logger, session.Label, exception);
            session.Drop(DisconnectReason.TransportError.With("a write failed"));
        });

        /// <summary>Something threw that was done with all sessions, which goes on with the next.</summary>
        public void OnFault(Exception exception)
        {
            var isFirst = session.TryClose(DisconnectReason.ForcedClose.With("an error of the server"));
            session.Post(session =>
            {
                if (isFirst)
                    Log.SessionFailed(session.Server.Logger, session.Label, exception);
                session.FinishDrop(isFirst);
            });
        }

        /// <summary>More is queued than a client may leave waiting. Who sends may hold a lock of his own: loggers are called behind it.</summary>
        public void OnSlow(int queuedBytes) => session.Post(session =>
        {
            Log.SlowConsumer(session.Server.Logger, session.Label, session.Who, queuedBytes, session.Server.Options.MaxQueuedBytes);
            session.Drop(DisconnectReason.TransportError.With("slow consumer: the send queue is full"));
        });

        /// <summary>The first message was dropped since more is queued than a client may leave waiting.</summary>
        public void OnDropped(int queuedBytes) => session.Post(session => Log.MessageDropped(session.Server.Logger, session.Label, session.Who, queuedBytes, session.Server.Options.MaxQueuedBytes));

        /// <summary>The client has not done in time what the layer above waits for. Closed at once, as with the next one.</summary>
        public void OnDeadline()
        {
            if (!session.TryClose(DisconnectReason.ForcedServerClose.With((session.Handler as INamedHandler)?.Missed)))
                return;
            session.Post(static session =>
            {
                session.LogBroken();
                session.FinishClose(CloseCode.Normal);
            });
        }

        /// <summary>The client has not answered a ping.</summary>
        public void OnPingTimeout()
        {
            // at once: the pool may be late, and the heartbeat must not come to this twice
            if (session.TryClose(DisconnectReason.PingTimeout))
                session.Post(static session => session.BreakOff(isFirst: true, CloseCode.Normal));
        }

        /// <summary>The heartbeat finds that the client has gone while one of its messages is handled.</summary>
        public void OnGone()
        {
            if (session.TryClose(DisconnectReason.TransportClose.With("the connection ended while a message was handled")))
                session.Post(static session => session.FinishEnd(isFirst: true));
        }

        /// <summary>The connection under a transport is gone, or of no more use.</summary>
        public void OnLost(Transport transport, DisconnectReason reason)
        {
            if (ReferenceEquals(transport, session.CurrentTransport))
                session.End(reason);
            else
                session.UpgradeOf(transport)?.GiveUp("lost");
        }

        /// <summary>The peer closed politely: a WebSocket close frame or the packet "1".</summary>
        public void OnPeerClose(Transport transport)
        {
            if (!ReferenceEquals(transport, session.CurrentTransport))
            {
                session.UpgradeOf(transport)?.GiveUp("closed");
            }
            else if (transport.Kind is EngineTransports.Polling)
            {
                transport.LetGo();
                session.End(DisconnectReason.TransportClose);
            }
            else
            {
                session.Close(DisconnectReason.TransportClose);
            }
        }

        /// <summary>The peer broke a rule of its transport's protocol.</summary>
        public void OnProtocolError(Transport transport, ushort code, string reason)
        {
            if (!ReferenceEquals(transport, session.CurrentTransport))
            {
                session.UpgradeOf(transport)?.GiveUp("error");
                return;
            }
            session.Break(DisconnectReason.TransportError.With(reason), code);
            session.Linger(BrokenLinger);
        }

        private void LogBroken() => Log.Broken(session.Server.Logger, session.Label, session.Who, session.CloseReason.InWords);

        private void BreakOff(bool isFirst, ushort code)
        {
            if (isFirst)
                session.LogBroken();
            if (session.Transport is EngineTransports.Polling && session.CurrentUpgrade is not { IsPausing: true })
                session.FinishDrop(isFirst);
            else if (isFirst)
                session.FinishClose(code);
        }
    }
}
