namespace SocketIo.Engine.Sessions;

/// <summary>The application's code, called for one session; what it throws is logged and ends that session at most.</summary>
internal static class HandlerCalls
{
    extension(EngineSession session)
    {
        /// <summary>Gives a message to the handler.</summary>
        public ValueTask Deliver(EngineMessage message)
        {
            if (message.IsBinary && !session.TellReceived(isBinary: true, message.Data))
                return ValueTask.CompletedTask;
            try
            {
                return session.Handler.OnMessageAsync(session, message);
            }
            catch (Exception exception)
            {
                session.Fail(exception);
                return ValueTask.CompletedTask;
            }
        }

        public void TellOfOpening()
        {
            foreach (var handler in Delegate.EnumerateInvocationList(session.Server.Options.Events.Connection))
            {
                try
                {
                    handler(session);
                }
                catch (Exception exception)
                {
                    session.OnListenerFailed(nameof(EngineEvents.OnConnection), exception);
                }
            }
            try
            {
                session.Handler.OnOpened(session);
            }
            catch (Exception exception)
            {
                session.Fail(exception);
            }
        }

        public void TellOfClose()
        {
            try
            {
                session.Handler.OnClosed(session, session.CloseReason);
            }
            catch (Exception exception)
            {
                Log.HandlerFailed(session.Server.Logger, session.Label, exception);
            }
            session.TellClosed();
            session.ReleaseServices();
        }

        public void OnListenerFailed(string name, Exception exception) =>
            Log.ListenerFailed(session.Server.Logger, name, session.Label, session.Who, exception);
    }
}
