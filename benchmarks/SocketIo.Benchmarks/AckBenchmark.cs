using System.Text;
using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Protocol;
using SocketIo.Sockets;

namespace SocketIo.Benchmarks;

/// <summary>
/// What do 1,000 acknowledgements cost, from the emit that asks for them to the last result? The baseline does the least that is
/// correct: a dictionary of completions under a lock, with neither timeouts nor sockets that go.
/// </summary>
[MemoryDiagnoser]
public class AckBenchmark : IDisposable
{
    private const int Acks = 1000;
    private const int Answer = 7;

    private readonly NullServer _server = new();
    private readonly Lock _sync = new();
    private readonly Dictionary<long, TaskCompletionSource<int>> _pending = [];
    private readonly Task<int>[] _tasks = new Task<int>[Acks];
    private readonly Task<int>[] _completions = new Task<int>[Acks];
    private Socket[] _sockets = [];

    [GlobalSetup]
    public async Task Setup()
    {
        _sockets = _server.Connect(Acks, 0);
        Check.Equal(Acks * Answer, await LockedDictionary(), "answers by the dictionary");
        Check.Equal(Acks * Answer, await OnePerSocket(), "answers of all sockets");
        Check.Equal(Acks * Answer, await AllOfOneSocket(), "answers of one socket");
        Check.Equal(Acks * Answer, await LastAskedFirst(), "answers in reverse");
        Check.Equal(Acks * Answer, await Broadcast(), "answers to a broadcast");
        Check.Equal(Acks, await LostReceivers(), "receivers that are gone");
        Check.Equal(0, _sockets.Sum(static socket => socket.Acks.Count), "acknowledgements left");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Acks)]
    public async Task<int> LockedDictionary()
    {
        for (var i = 0; i < Acks; i++)
        {
            var completion = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_sync)
                _pending.Add(i, completion);
            _completions[i] = completion.Task;
            _sockets[i].Send(_server.Io.Encoder.WriteEvent("/", "question", new Args<int>(i), i), SendMode.Queued);
        }
        for (var i = 0; i < Acks; i++)
            Complete(i);
        return (await Task.WhenAll(_completions)).Sum();
    }

    [Benchmark(OperationsPerInvoke = Acks)]
    public async Task<int> OnePerSocket()
    {
        var firstId = NextId();
        for (var i = 0; i < Acks; i++)
            _tasks[i] = _sockets[i].EmitWithAckAsync<int>("question", i);
        for (var i = 0; i < Acks; i++)
            Receive(_sockets[i], firstId + i);
        return (await Task.WhenAll(_tasks)).Sum();
    }

    /// <summary>Adverse: a socket owes them all.</summary>
    [Benchmark(OperationsPerInvoke = Acks)]
    public async Task<int> AllOfOneSocket()
    {
        var firstId = NextId();
        for (var i = 0; i < Acks; i++)
            _tasks[i] = _sockets[0].EmitWithAckAsync<int>("question", i);
        for (var i = 0; i < Acks; i++)
            Receive(_sockets[0], firstId + i);
        return (await Task.WhenAll(_tasks)).Sum();
    }

    /// <summary>Adverse: the same, the last answered first.</summary>
    [Benchmark(OperationsPerInvoke = Acks)]
    public async Task<int> LastAskedFirst()
    {
        var firstId = NextId();
        for (var i = 0; i < Acks; i++)
            _tasks[i] = _sockets[0].EmitWithAckAsync<int>("question", i);
        for (var i = Acks - 1; i >= 0; i--)
            Receive(_sockets[0], firstId + i);
        return (await Task.WhenAll(_tasks)).Sum();
    }

    [Benchmark(OperationsPerInvoke = Acks)]
    public async Task<int> Broadcast()
    {
        var id = NextId();
        var before = Deliveries.Total;
        var results = _server.Io.EmitWithAckAsync<int>("question");
        Deliveries.WaitFor(before + Acks);
        foreach (var socket in _sockets)
            Receive(socket, id);
        return (await results).Values.Sum();
    }

    /// <summary>Adverse: instead of an answer each receiver's end comes in.</summary>
    [Benchmark(OperationsPerInvoke = Acks)]
    public async Task<int> LostReceivers()
    {
        var before = Deliveries.Total;
        var results = _server.Io.EmitWithAckAsync<int>("question");
        Deliveries.WaitFor(before + Acks);
        foreach (var socket in _sockets)
        {
            foreach (var ack in socket.Acks.TakeAll())
                ack.Lose(socket);
        }
        return (await results).Missing.Count;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    // The id that the next emit takes.
    private long NextId() => _server.Io.NextAckId() + 1;

    private static void Receive(Socket socket, long id)
    {
        Span<byte> packet = stackalloc byte[32];
        Encoding.UTF8.TryGetBytes($"43{id}[{Answer}]", packet, out var length);
        NullServer.Receive(socket, packet[..length]);
    }

    private void Complete(long id)
    {
        Span<byte> text = stackalloc byte[32];
        Encoding.UTF8.TryGetBytes($"3{id}[{Answer}]", text, out var length);
        ReadOnlySpan<byte> packet = text[..length];
        var parser = _server.Io.Parser;
        if (!parser.TryReadHeader(ref packet, _server.Io.Limits, out var header, out var error))
            throw new InvalidOperationException(error);
        TaskCompletionSource<int>? completion;
        lock (_sync)
            _pending.Remove(header.AckId, out completion);
        completion!.SetResult(parser.OpenAck(packet, header, []).Read<int>());
    }
}
