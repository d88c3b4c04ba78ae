using SocketIo.Broadcasts;
using SocketIo.Rooms;

namespace SocketIo.Server.Tests.Rooms;

/// <summary>Walks a target, does something in the middle, and counts how often each socket was visited.</summary>
internal static class Walk
{
    public static Dictionary<Socket, int> Of(Namespace @namespace, in BroadcastTarget target, Action<int> beforeVisit)
    {
        var counter = new Counter(beforeVisit, []);
        @namespace.Members.Visit(target, ref counter);
        return counter.Visits;
    }

    public static RoomNames Names(params ReadOnlySpan<string> names) => default(RoomNames).With(names);

    private struct Counter(Action<int> beforeVisit, Dictionary<Socket, int> visits) : ISocketVisitor
    {
        private int _step;

        public readonly Dictionary<Socket, int> Visits => visits;

        public void Visit(Socket socket)
        {
            beforeVisit(_step++);
            visits[socket] = visits.GetValueOrDefault(socket) + 1;
        }
    }
}
