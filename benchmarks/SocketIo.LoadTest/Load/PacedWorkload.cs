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
    private const int StalledCalls = 190; // 3 MB: more than the kernel keeps for a connection, less than any server drops it for

    private readonly NumberedText _event;
    private readonly int _clients;
    private readonly TimeSpan _interval;
    private readonly int[] _next; // by connection: the number it must get next
    private readonly int[] _missing = new int[MostInFlight]; // by number modulo length: who has not got it yet
    private readonly long[] _dueAt = new long[MostInFlight]; // by number modulo length
    private int _sent = NumberedText.First;
    private int _arrived = NumberedText.First; // all below have arrived everywhere

    public PacedWorkload(LoadClient client, Case one, int payloadBytes) : base(client)
    {
        _event = client.Dialect.Event("fan", [], Padding(payloadBytes - Eight));
        _clients = one.Clients;
        _interval = TimeSpan.FromSeconds(1) / one.PerSecond;
        _next = [.. Enumerable.Repeat(NumberedText.First, one.Clients)];
    }

    protected override bool IsDrained => _arrived == _sent;

    /// <summary>The client that does not read asks for so much that the server can't get rid of it.</summary>
    public override async Task PrepareAsync()
    {
        if (Client.StalledIndex is not { } index)
            return;
        var call = Client.Dialect.Request("echo", Padding(StalledCallBytes));
        lock (Client.Sync)
        {
            var connection = Client.Connections[index];
            connection.Stall();
            for (var i = 0; i < StalledCalls; i++)
            {
                Client.Outgoing.Add(call, NumberedText.First + i);
                Client.Flush(connection);
            }
        }
        await Client.WaitAsync(Task.Delay(LoadOptions.Settle), static () => 0);
    }

    public override bool TryDeliver(Connection connection, ReadOnlySpan<byte> text, long now)
    {
        if (!_event.TryRead(text, out var number))
            return false;
        if (number != _next[connection.Index] || number >= _sent)
            throw Wrong(connection, _next[connection.Index], number, text);
        _next[connection.Index]++;
        Operations++;
        Latencies.Add(now - _dueAt[number % MostInFlight]);
        _missing[number % MostInFlight]--;
        return true;
    }

    public override void AfterRead(Connection connection)
    {
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
