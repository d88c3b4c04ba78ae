using System.Collections.Concurrent;
using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Rooms;

namespace SocketIo.Benchmarks;

/// <summary>What does one join and one leave of a room with members cost, by the way the members are kept?</summary>
[MemoryDiagnoser]
public class RoomJoinLeaveBenchmark : IDisposable
{
    private const string Name = "room";

    private readonly NullServer _server = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, Socket>> _dictionaries = new(StringComparer.Ordinal);
    private readonly RoomIndex<Socket> _index = new();
    private ImmutableArray<Socket> _array = [];
    private Socket _joining = null!;

    [Params(10, 1000, 100_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _joining = _server.Connect();
        var members = _server.Connect(Members, 0);
        var dictionary = _dictionaries.GetOrAdd(Name, static _ => new(StringComparer.Ordinal));
        foreach (var socket in members)
        {
            dictionary[socket.Id] = socket;
            _index.Join(Name, socket, out _);
        }
        _array = [.. members];

        Check.Equal(Members + 1, Dictionary(), "the dictionary's members");
        Check.Equal(Members + 1, CopyOnWriteArray(), "the array's members");
        Check.Equal(false, SlotArray(), "whether a room with members died");
        Check.Equal(true, RoomOfOne(), "whether a room of one died");
        Check.Equal(true, _index.TryGet(Name, out var room) && room.Count == Members, "whether the room has its members");
        Check.Equal(1, _index.Count, "rooms");
    }

    [Benchmark(Baseline = true)]
    public int Dictionary()
    {
        var room = _dictionaries.GetOrAdd(Name, static _ => new(StringComparer.Ordinal));
        room.TryAdd(_joining.Id, _joining);
        var count = Members + (room.ContainsKey(_joining.Id) ? 1 : 0);
        room.TryRemove(_joining.Id, out _);
        return count;
    }

    [Benchmark]
    public int CopyOnWriteArray()
    {
        ImmutableInterlocked.Update(ref _array, static (array, socket) => array.Add(socket), _joining);
        var count = _array.Length;
        ImmutableInterlocked.Update(ref _array, static (array, socket) => array.Remove(socket), _joining);
        return count;
    }

    [Benchmark]
    public bool SlotArray() => _index.Leave(_index.Join(Name, _joining, out _));

    /// <summary>The room is made by the join and gone with the leave.</summary>
    [Benchmark]
    public bool RoomOfOne() => _index.Leave(_index.Join("other", _joining, out _));

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }
}
