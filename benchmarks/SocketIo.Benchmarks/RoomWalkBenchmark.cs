using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Rooms;

namespace SocketIo.Benchmarks;

/// <summary>What does it cost to look at each member of a room, as a broadcast does, by the way the members are kept?</summary>
[MemoryDiagnoser]
public class RoomWalkBenchmark : IDisposable
{
    private readonly NullServer _server = new();
    private readonly ConcurrentDictionary<string, Socket> _dictionary = new(StringComparer.Ordinal);
    private readonly Room<Socket> _room = new("full");
    private readonly Room<Socket> _sparse = new("sparse");
    private Socket[] _array = [];
    private int _left;

    [Params(10, 1000, 100_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _array = _server.Connect(Members, 0);
        foreach (var socket in _array)
        {
            _dictionary[socket.Id] = socket;
            _room.TryJoin(socket);
        }
        _left = MakeHoles();

        Check.Equal(Members, Dictionary(), "the dictionary's members");
        Check.Equal(Members, SlotArray(), "the room's members");
        Check.Equal(Members, CopyOnWriteArray(), "the array's members");
        Check.Equal(_left, SlotArrayWithHoles(), "the sparse room's members");
    }

    [Benchmark(Baseline = true)]
    public int Dictionary()
    {
        var connected = 0;
        foreach (var pair in _dictionary)
        {
            if (pair.Value.IsConnected)
                connected++;
        }
        return connected;
    }

    [Benchmark]
    public int CopyOnWriteArray()
    {
        var connected = 0;
        foreach (var socket in Volatile.Read(ref _array))
        {
            if (socket.IsConnected)
                connected++;
        }
        return connected;
    }

    [Benchmark]
    public int SlotArray() => CountConnected(_room);

    /// <summary>As many slots, but so few members as a room may have before it shrinks: an eighth.</summary>
    [Benchmark]
    public int SlotArrayWithHoles() => CountConnected(_sparse);

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private static int CountConnected(Room<Socket> room)
    {
        var connected = 0;
        foreach (var socket in room.Slots)
        {
            if (socket is not null && socket.IsConnected)
                connected++;
        }
        return connected;
    }

    // Spread over all slots: those who leave are every socket but each eighth.
    private int MakeHoles()
    {
        var memberships = _array.Select(socket => _sparse.TryJoin(socket)!).ToArray();
        var slots = _sparse.Slots.Length;
        for (var i = 0; i < memberships.Length && _sparse.Count > slots / 8; i++)
        {
            if (i % 8 != 0)
                _sparse.Leave(memberships[i], dieWhenEmpty: false);
        }
        Check.Equal(slots, _sparse.Slots.Length, "slots of the sparse room");
        return _sparse.Count;
    }
}
