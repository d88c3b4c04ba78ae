using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Rooms;

namespace SocketIo.Benchmarks;

/// <summary>What does a socket pay for one more room when it is in many: an array of its rooms against a hash table?</summary>
[MemoryDiagnoser]
public class SocketRoomsBenchmark : IDisposable
{
    private const string Name = "one more";

    private readonly NullServer _server = new();
    private readonly RoomIndex<Socket> _index = new();
    private readonly Lock _sync = new();
    private readonly Dictionary<string, Membership<Socket>> _memberships = new(StringComparer.Ordinal);
    private Socket _socket = null!;

    // The last is adverse: the reference's own documentation has sockets in a handful.
    [Params(1, 10, 1000)]
    public int Rooms { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _socket = _server.Connect();
        var other = _server.Connect();
        other.Join(default(RoomNames).With([Name]));
        _index.Join(Name, other, out _);
        for (var i = 0; i < Rooms; i++)
        {
            _socket.Join(default(RoomNames).With([$"room {i}"]));
            _memberships.Add($"room {i}", _index.Join($"room {i}", _socket, out _));
        }
        Check.Equal(Rooms, HashTable(), "rooms in the table");
        Check.Equal(true, Array(), "whether the socket left");
        Check.Equal(Rooms + 1, _socket.Rooms.Count, "rooms of the socket, its own included");
    }

    [Benchmark(Baseline = true)]
    public int HashTable()
    {
        lock (_sync)
        {
            if (!_memberships.ContainsKey(Name))
                _memberships.Add(Name, _index.Join(Name, _socket, out _));
        }
        lock (_sync)
        {
            if (_memberships.Remove(Name, out var membership))
                _index.Leave(membership);
            return _memberships.Count;
        }
    }

    [Benchmark]
    public bool Array()
    {
        var room = default(RoomNames).With([Name]);
        _socket.Join(room);
        _socket.Leave(room);
        return !_socket.IsIn(Name);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }
}
