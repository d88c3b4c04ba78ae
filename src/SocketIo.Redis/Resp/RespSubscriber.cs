using System.Text;

namespace SocketIo.Redis.Resp;

/// <summary>A connection that receives messages of channels and patterns, all in the order in which Redis sent them.</summary>
internal sealed class RespSubscriber : RespInput, IAsyncDisposable
{
    private readonly Lock _sync = new();
    private readonly Dictionary<byte[], IChannelHandler>[] _handlers = [NewTable(), NewTable(), NewTable()]; // by kind; guarded by _sync
    private readonly Queue<Expected> _expected = new(); // guarded by _sync
    private readonly Action<byte[], IChannelHandler> _moved;
    private Exception? _end; // guarded by _sync

    private RespSubscriber(Action<byte[], IChannelHandler> moved) => _moved = moved;

    /// <summary>The connection.</summary>
    public RespConnection Connection { get; private set; } = null!;

    /// <param name="endpoint">Where to.</param>
    /// <param name="moved">Told of a sharded channel that this server has given away.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<RespSubscriber> OpenAsync(
        RespEndpoint endpoint, Action<byte[], IChannelHandler> moved, TimeProvider time, CancellationToken cancellationToken)
    {
        var subscriber = new RespSubscriber(moved);
        subscriber.Connection = await RespConnection.OpenAsync(endpoint, subscriber, time, cancellationToken).ConfigureAwait(false);
        return subscriber;
    }

    /// <summary>Subscribes. When the task has completed, what is published from then on arrives.</summary>
    public Task SubscribeAsync(ChannelKind kind, byte[] channel, IChannelHandler handler)
    {
        lock (_sync)
        {
            _handlers[(int)kind][channel] = handler;
            return Send(new Expected(kind, true, channel));
        }
    }

    /// <summary>Unsubscribes. From now on nothing of the channel is given to the handler.</summary>
    public void Unsubscribe(ChannelKind kind, byte[] channel)
    {
        lock (_sync)
        {
            if (_handlers[(int)kind].Remove(channel))
                _ = Send(new Expected(kind, false, channel));
        }
    }

    /// <summary>Asks for a sign of life.</summary>
    public void Ping()
    {
        var commands = new RespWriter();
        commands.Command("PING");
        Connection.Send(commands.Written);
    }

    /// <inheritdoc/>
    public override void Receive(RespReader reply)
    {
        switch (reply.Read())
        {
            case RespKind.Error:
                Refuse(reply.Text);
                break;
            case RespKind.List:
                Receive(reply.Elements, reply);
                break;
            default:
                // PONG, as RESP3 has it
                break;
        }
    }

    /// <inheritdoc/>
    public override void End(Exception reason)
    {
        lock (_sync)
        {
            _end = reason;
            while (_expected.TryDequeue(out var expected))
                expected.Done.TrySetException(reason);
        }
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private void Receive(int elements, RespReader reply)
    {
        var type = reply.ReadText();
        if (elements == 3 && type.SequenceEqual("message"u8))
            Deliver(ChannelKind.Channel, reply.ReadText(), reply.ReadText());
        else if (elements == 3 && type.SequenceEqual("smessage"u8))
            Deliver(ChannelKind.Sharded, reply.ReadText(), reply.ReadText());
        else if (elements == 4 && type.SequenceEqual("pmessage"u8))
            Deliver(ChannelKind.Pattern, reply.ReadText(), reply.ReadText(), reply.ReadText());
        else if (elements == 3 && type.EndsWith("subscribe"u8))
            Confirm(type, reply);
        else if (!type.SequenceEqual("pong"u8))
            throw new RespFormatException("a message of an unknown kind");
    }

    private void Deliver(ChannelKind kind, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload) => Deliver(kind, channel, channel, payload);

    private void Deliver(ChannelKind kind, ReadOnlySpan<byte> subscription, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        IChannelHandler? handler;
        lock (_sync)
            _handlers[(int)kind].GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(subscription, out handler);
        handler?.Receive(channel, payload);
    }

    private void Confirm(ReadOnlySpan<byte> type, RespReader reply)
    {
        var channel = reply.Read() == RespKind.Text ? reply.Text : default;
        IChannelHandler? moved = null;
        lock (_sync)
        {
            if (_expected.TryPeek(out var expected) && expected.IsConfirmedBy(type, channel))
                _expected.Dequeue().Done.SetResult();
            else if (type.SequenceEqual("sunsubscribe"u8))
                _handlers[(int)ChannelKind.Sharded].Remove(channel.ToArray(), out moved);
            else
                throw new RespFormatException("a confirmation that nothing was asked for");
        }
        if (moved is not null)
            _moved(channel.ToArray(), moved);
    }

    // errors do not say what they belong to, but answers come in order
    private void Refuse(ReadOnlySpan<byte> error)
    {
        lock (_sync)
        {
            if (!_expected.TryDequeue(out var expected))
                throw new RespException(error);
            if (expected.IsSubscribing)
                _handlers[(int)expected.Kind].Remove(expected.Channel);
            expected.Done.SetException(new RespException(error));
        }
    }

    private Task Send(Expected expected)
    {
        if (_end is { } reason)
            return Task.FromException(reason);
        _expected.Enqueue(expected);
        var command = new RespWriter();
        command.Begin(2);
        command.Text(expected.Command.ToUpperInvariant());
        command.Text(expected.Channel);
        Connection.Send(command.Written);
        return expected.Done.Task;
    }

    private static Dictionary<byte[], IChannelHandler> NewTable() => new(BytesComparer.Instance);

    private sealed class Expected(ChannelKind kind, bool isSubscribing, byte[] channel)
    {
        public ChannelKind Kind => kind;

        public bool IsSubscribing => isSubscribing;

        public byte[] Channel => channel;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Command => (kind, isSubscribing) switch
        {
            (ChannelKind.Channel, true) => "subscribe",
            (ChannelKind.Channel, false) => "unsubscribe",
            (ChannelKind.Pattern, true) => "psubscribe",
            (ChannelKind.Pattern, false) => "punsubscribe",
            (_, true) => "ssubscribe",
            (_, false) => "sunsubscribe",
        };

        public bool IsConfirmedBy(ReadOnlySpan<byte> type, ReadOnlySpan<byte> name) =>
            name.SequenceEqual(channel) && Encoding.ASCII.GetString(type) == Command;
    }
}
