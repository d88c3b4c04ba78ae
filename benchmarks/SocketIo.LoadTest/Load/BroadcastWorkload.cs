using System.Diagnostics;

namespace SocketIo.LoadTest.Load;

/// <summary>
/// The first connection sends broadcasts, to all or to one room after the other; when one has arrived everywhere, the next goes out.
/// </summary>
internal sealed class BroadcastWorkload : Workload
{
    private const int Eight = 8; // digits of the number in the payload

    private readonly NumberedText[] _calls; // by room
    private readonly NumberedText _event;
    private readonly int _inFlight;
    private readonly int[] _receivers; // by room
    private readonly int[] _next; // by connection: the number it must get next
    private readonly int[] _missing; // by number modulo length: who has not got it yet
    private readonly long[] _sentAt; // by number modulo length
    private readonly RoomJoin? _join;
    private int _sent = NumberedText.First;
    private int _arrived = NumberedText.First; // all below have arrived everywhere

    public BroadcastWorkload(LoadClient client, Case one, int payloadBytes) : base(client)
    {
        var padding = Padding(payloadBytes - Eight);
        var isRooms = one.Scenario is Scenario.Rooms;
        _event = client.Dialect.Event(isRooms ? "msg" : "fan", [], padding);
        _calls = isRooms
            ? [.. Enumerable.Range(0, one.Rooms).Select(room => client.Dialect.Event("roomcast", [$"r{room}"], padding))]
            : [client.Dialect.Event("fan", [], padding)];
        _join = isRooms ? new RoomJoin(client, one) : null;
        _inFlight = one.InFlight;
        _missing = new int[2 * one.InFlight];
        _sentAt = new long[2 * one.InFlight];
        _receivers = new int[one.Rooms];
        _next = new int[one.Clients];
        for (var i = 0; i < one.Clients; i++)
        {
            _receivers[i % one.Rooms]++;
            _next[i] = NumberedText.First + i % one.Rooms;
        }
    }

    protected override bool IsDrained => _arrived == _sent;

    public override Task PrepareAsync() => _join?.RunAsync() ?? Task.CompletedTask;

    public override bool TryDeliver(Connection connection, ReadOnlySpan<byte> text, long now)
    {
        if (!_event.TryRead(text, out var number))
            return _join?.TryDeliver(connection, text) ?? false;
        if (number != _next[connection.Index] || number >= _sent)
            throw Wrong(connection, _next[connection.Index], number, text);
        _next[connection.Index] += _calls.Length;
        Operations++;
        Latencies.Add(now - _sentAt[number % _sentAt.Length]);
        _missing[number % _missing.Length]--;
        return true;
    }

    public override void AfterRead(Connection connection)
    {
        var before = _arrived;
        while (_arrived < _sent && _missing[_arrived % _missing.Length] == 0)
            _arrived++;
        if (IsRunning && _arrived > before)
        {
            Client.Flush(connection);
            SendMore();
        }
        base.AfterRead(connection);
    }

    protected override void Begin() => SendMore();

    private void SendMore()
    {
        var now = Stopwatch.GetTimestamp();
        for (; _sent - _arrived < _inFlight; _sent++)
        {
            var room = (_sent - NumberedText.First) % _calls.Length;
            _missing[_sent % _missing.Length] = _receivers[room];
            _sentAt[_sent % _sentAt.Length] = now;
            Client.Outgoing.Add(_calls[room], _sent);
        }
        Client.Flush(Client.Connections[0]);
    }
}
