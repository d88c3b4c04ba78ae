using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Engine.Frames;
using SocketIo.Rooms;
using SocketIo.Sockets;

namespace SocketIo.Benchmarks;

/// <summary>
/// How do sending to 100 rooms and 8 tasks that join and leave them get along: slots that are read without a lock against a set
/// that is locked while a broadcast walks it?
/// </summary>
[MemoryDiagnoser]
public class ChurnBenchmark : IDisposable
{
    private const int RoomCount = 100;
    private const int Tasks = 8;
    private const int Turns = 5;

    private readonly NullServer _server = new();
    private readonly RoomIndex<Socket> _index = new();
    private readonly Frame _frame = Frame.Of(Opcode.Text, "42[\"news\"]"u8);
    private readonly string[] _names = [.. Enumerable.Range(0, RoomCount).Select(static i => $"room {i}")];
    private readonly Dictionary<string, LockedRoom> _lockedRooms = new(StringComparer.Ordinal);
    private Socket[] _churning = [];

    [Params(10, 1000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _churning = _server.Connect(Tasks, 0);
        var members = _server.Connect(Members, 0);
        foreach (var name in _names)
        {
            var locked = _lockedRooms[name] = new LockedRoom();
            foreach (var member in members)
            {
                _index.Join(name, member, out _);
                locked.Join(member);
            }
        }
        AssertKeepsMembers(LockedSet);
        AssertKeepsMembers(SlotArray);
    }

    [Benchmark(Baseline = true)]
    public void LockedSet()
    {
        var churn = Start(socket =>
        {
            foreach (var name in _names)
                _lockedRooms[name].Join(socket);
            foreach (var name in _names)
                _lockedRooms[name].Leave(socket);
        });
        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var name in _names)
                _lockedRooms[name].Send(_frame);
        }
        Task.WaitAll(churn);
    }

    [Benchmark]
    public void SlotArray()
    {
        var churn = Start(socket =>
        {
            var memberships = new Membership<Socket>[RoomCount];
            for (var i = 0; i < RoomCount; i++)
                memberships[i] = _index.Join(_names[i], socket, out _);
            foreach (var membership in memberships)
                _index.Leave(membership);
        });
        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var name in _names)
                SendToSlots(name);
        }
        Task.WaitAll(churn);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task[] Start(Action<Socket> joinAndLeaveAll) =>
    [
        .. _churning.Select(socket => Task.Run(() =>
        {
            for (var turn = 0; turn < Turns; turn++)
                joinAndLeaveAll(socket);
        })),
    ];

    private void SendToSlots(string name)
    {
        _index.TryGet(name, out var room);
        foreach (var socket in room!.Slots)
            socket?.Send(_frame, SendMode.Queued);
    }

    private void AssertKeepsMembers(Action benchmark)
    {
        var before = Deliveries.Total;
        benchmark();
        var delivered = Deliveries.Total - before;
        var certain = (long)Turns * RoomCount * Members;
        Check.Equal(true, delivered >= certain && delivered <= certain + Turns * RoomCount * Tasks, "whether each member got each frame");
        foreach (var name in _names)
        {
            Check.Equal(Members, _lockedRooms[name].Count, "members of the set");
            Check.Equal(true, _index.TryGet(name, out var room) && room.Count == Members, "whether the room has its members");
        }
    }

    private sealed class LockedRoom
    {
        private readonly Lock _sync = new();
        private readonly HashSet<Socket> _members = [];

        public int Count => _members.Count;

        public void Join(Socket socket)
        {
            lock (_sync)
                _members.Add(socket);
        }

        public void Leave(Socket socket)
        {
            lock (_sync)
                _members.Remove(socket);
        }

        public void Send(Frame frame)
        {
            lock (_sync)
            {
                foreach (var member in _members)
                    member.Send(frame, SendMode.Queued);
            }
        }
    }
}
