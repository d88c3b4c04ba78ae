using System.Diagnostics;

namespace SocketIo.LoadTest.Load;

/// <summary>
/// The first connection sends broadcasts by the clock, whatever has arrived. Latency counts from when a message was due, so that a
/// server that holds up the sender does not look quick for it.
/// </summary>
internal sealed class PacedWorkload : Workload
{
    private const int Eight = 8; // digits of the number in the payload
    private const int MostInFlight = 4096; // 40 s behind: no server recovers from that
    private const int StalledCallBytes = 16 * 1024;
    private const int StalledCalls = 56; // 900 KB: more than the kernel keeps for that connection, less than any server drops it for

    private readonly NumberedText _event;
    private readonly NumberedText _stalledAnswer;
    private readonly int _clients;
    private readonly TimeSpan _interval;
    private readonly int[] _next; // by connection: the number it must get next
    private readonly int[] _missing = new int[MostInFlight]; // by number modulo length: who has not got it yet
    private readonly long[] _dueAt = new long[MostInFlight]; // by number modulo length
    private TaskCompletionSource? _caughtUp;
    private int _nextAnswer = NumberedText.First;
    private int _sent = NumberedText.First;
    private int _arrived = NumberedText.First; // all below have arrived everywhere

    public PacedWorkload(LoadClient client, Case one, int payloadBytes) : base(client)
    {
        _event = client.Dialect.Event("fan", [], Padding(payloadBytes - Eight));
        _stalledAnswer = client.Dialect.Answer(Padding(StalledCallBytes));
        _clients = one.Clients;
        _interval = TimeSpan.FromSeconds(1) / one.PerSecond;
        _next = [.. Enumerable.Repeat(NumberedText.First, one.Connections)];
    }

    protected override bool IsDrained => _arrived == _sent;

    private Connection Stalled => Client.Connections[_clients];

    /// <summary>The client that stops to read asks for so much that the server can't get rid of it.</summary>
    public override async Task StallAsync()
    {
        var call = Client.Dialect.Request("echo", Padding(StalledCallBytes));
        lock (Client.Sync)
        {
            var connection = Stalled;
            connection.Stall();
            for (var i = 0; i < StalledCalls; i++)
            {
                Client.Outgoing.Add(call, NumberedText.First + i);
                Client.Flush(connection);
            }
        }
        await Client.WaitAsync(Task.Delay(LoadOptions.Settle), static () => 0);
    }

    public override async Task<bool> ResumeAsync()
    {
        lock (Client.Sync)
            _caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Stalled.Resume();
        await Client.WaitAsync(Task.WhenAny(_caughtUp.Task, Client.StalledLost), () => _next[_clients] + _nextAnswer);
        return _caughtUp.Task.IsCompleted;
    }

    public override bool TryDeliver(Connection connection, ReadOnlySpan<byte> text, long now)
    {
        if (!_event.TryRead(text, out var number))
            return TryDeliverAnswer(connection, text);
        if (number != _next[connection.Index] || number >= _sent)
            throw Wrong(connection, _next[connection.Index], number, text);
        _next[connection.Index]++;
        if (connection.Index == _clients)
            return true;
        Operations++;
        Latencies.Add(now - _dueAt[number % MostInFlight]);
        _missing[number % MostInFlight]--;
        return true;
    }

    private bool TryDeliverAnswer(Connection connection, ReadOnlySpan<byte> text)
    {
        if (connection.Index != _clients || !_stalledAnswer.TryRead(text, out var id))
            return false;
        return id == _nextAnswer++ ? true : throw Wrong(connection, _nextAnswer - 1, id, text);
    }

    public override void AfterRead(Connection connection)
    {
        if (connection.Index == _clients && _nextAnswer - NumberedText.First == StalledCalls && _next[_clients] == _sent)
            _caughtUp?.TrySetResult();
        while (_arrived < _sent && _missing[_arrived % MostInFlight] == 0)
            _arrived++;
        base.AfterRead(connection);
    }

    protected override void Begin() => new Thread(Send) { IsBackground = true }.Start();

    private void Send()
    {
        var start = Stopwatch.GetTimestamp();
        for (var turn = 0L; ; turn++)
        {
            var due = start + (long)(turn * _interval.TotalSeconds * Stopwatch.Frequency);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } wait)
                Thread.Sleep(wait);
            lock (Client.Sync)
            {
                if (!IsRunning)
                    return;
                Send(due);
            }
        }
    }

    private void Send(long due)
    {
        if (_sent - _arrived == MostInFlight)
            Client.Fail(new DeliveryException($"the server is {MostInFlight} broadcasts behind"));
        _missing[_sent % MostInFlight] = _clients;
        _dueAt[_sent % MostInFlight] = due;
        Client.Outgoing.Add(_event, _sent++);
        Client.Flush(Client.Connections[0]);
    }
}
