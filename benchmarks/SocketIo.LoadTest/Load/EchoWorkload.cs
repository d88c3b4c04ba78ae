using System.Diagnostics;

namespace SocketIo.LoadTest.Load;

/// <summary>Every connection keeps some requests outstanding; each answer makes room for the next.</summary>
internal sealed class EchoWorkload : Workload
{
    private readonly NumberedText _request;
    private readonly NumberedText _answer;
    private readonly int _inFlight;
    private readonly int[] _sent; // by connection: the next id
    private readonly int[] _answered; // by connection: the id it must get next
    private readonly long[] _sentAt; // by connection, and in it by id modulo requests in flight
    private long _outstanding;

    public EchoWorkload(LoadClient client, Case one, int payloadBytes) : base(client)
    {
        var padding = Padding(payloadBytes);
        _request = client.Dialect.Request("echo", padding);
        _answer = client.Dialect.Answer(padding);
        _inFlight = one.InFlight;
        _sent = new int[one.Clients];
        _answered = new int[one.Clients];
        _sentAt = new long[one.Clients * one.InFlight];
        Array.Fill(_sent, NumberedText.First);
        Array.Fill(_answered, NumberedText.First);
    }

    protected override bool IsDrained => _outstanding == 0;

    public override bool TryDeliver(Connection connection, ReadOnlySpan<byte> text, long now)
    {
        if (!_answer.TryRead(text, out var id))
            return false;
        if (id != _answered[connection.Index] || id >= _sent[connection.Index])
            throw Wrong(connection, _answered[connection.Index], id, text);
        _answered[connection.Index]++;
        _outstanding--;
        Operations++;
        Latencies.Add(now - _sentAt[Slot(connection, id)]);
        return true;
    }

    public override void AfterRead(Connection connection)
    {
        if (IsRunning)
            Ask(connection);
        base.AfterRead(connection);
    }

    protected override void Begin()
    {
        foreach (var connection in Client.Connections)
        {
            Ask(connection);
            Client.Flush(connection);
        }
    }

    private void Ask(Connection connection)
    {
        var now = Stopwatch.GetTimestamp();
        ref var sent = ref _sent[connection.Index];
        for (; sent - _answered[connection.Index] < _inFlight; sent++)
        {
            _sentAt[Slot(connection, sent)] = now;
            _outstanding++;
            Client.Outgoing.Add(_request, sent);
        }
    }

    private int Slot(Connection connection, int id) => connection.Index * _inFlight + id % _inFlight;
}
