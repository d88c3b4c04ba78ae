using SocketIo.Engine.Sessions;

namespace SocketIo.TestKit;

/// <summary>Stops an engine without a host.</summary>
internal static class StoppingExtensions
{
    extension(EngineServer server)
    {
        /// <summary>Stops, and waits until all sessions are closed and told. Handlers that ran before may run on.</summary>
        public void StopAndSettle()
        {
            var before = server.Unfinished.Count;
            server.Stop();
            server.Settle(before);
        }

        /// <summary>Waits until no more is unfinished than was before.</summary>
        public void Settle(int before = 0) => SpinWait.SpinUntil(() => server.Unfinished.Count <= before, Deadlines.Default);
    }
}
