using SocketIo.Cluster;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Streams;

/// <summary>
/// A namespace on Redis Streams. What must not be lost is in the stream; requests, answers and what may be lost travel by pub/sub.
/// </summary>
internal sealed class StreamsLink : RedisLink, IChannelHandler
{
    private readonly StreamsBackplane _backplane;
    private readonly StreamTail _tail;
    private readonly RedisStreamsOptions _options;
    private readonly StreamLog _log;
    private readonly string _channel;
    private readonly EarlyMessages _early;
    private volatile object? _written; // the newest entry of this link, a StreamOffset; by SendAsync, and gone with a gap
    private StreamOffset _before;      // a place before what is being written; by SendAsync

    public StreamsLink(StreamsBackplane backplane, RedisStreamsOptions options, string namespaceName, INodeReceiver? receiver)
        : base(backplane, namespaceName, receiver)
    {
        _backplane = backplane;
        _options = options;
        _channel = $"{options.Prefix}#{namespaceName}#";
        Stream = StreamNames.Of(namespaceName, options);
        Strays = [.. StreamNames.StraysOf(namespaceName, options)];
        _tail = backplane.GetTail(Stream);
        _early = new EarlyMessages(IsEarly, Receive, backplane.Clock);
        _log = new StreamLog(backplane.Servers, options, Stream, namespaceName);
    }

    /// <summary>The stream's name.</summary>
    public string Stream { get; }

    /// <summary>The streams from which entries of the namespace are moved to its own.</summary>
    public IReadOnlyList<string> Strays { get; }

    public override ClusterLog Log => _log;

    public override async Task SubscribeAsync(RedisSession session)
    {
        // what was before the interruption may never come
        _early.ReleaseAll();
        _backplane.Register(this);
        await Task.WhenAll(
        [
            SubscribeAsync(session, _channel), SubscribeAsync(session, AnswersTo(Backplane.NodeId)),
            .. Strays.Select(stray => _backplane.GetStray(stray).BeginAsync(session)),
        ]).ConfigureAwait(false);
    }

    public override void Unsubscribe(RedisSession session)
    {
        _backplane.Unregister(this);
        var kind = _options.UseShardedPubSub ? ChannelKind.Sharded : ChannelKind.Channel;
        session.Unsubscribe(kind, _channel);
        session.Unsubscribe(kind, AnswersTo(Backplane.NodeId));
    }

    public override ValueTask DisposeAsync()
    {
        _early.Dispose();
        return base.DisposeAsync();
    }

    public override bool CountsMembers => true;

    public override async ValueTask<Membership> GetMembersAsync(IReadOnlyCollection<string> known, CancellationToken cancellationToken)
    {
        var ids = known.ToArray();
        var counts = await Session.CountSubscribersAsync(
            _options.UseShardedPubSub ? "SHARDNUMSUB" : "NUMSUB", [_channel, .. ids.Select(AnswersTo)], cancellationToken).ConfigureAwait(false);
        return new Membership((int)counts[0], [.. ids.Where((_, index) => counts[index + 1] > 0)]);
    }

    /// <summary>Gives an entry of the stream to the namespace.</summary>
    public void Receive(StreamEntry entry)
    {
        if (entry.TryRead(out var message, out var error))
            Receive(message);
        else
            ReportMalformed(error);
    }

    /// <summary>The stream was read on: what came earlier by pub/sub and belongs behind its entries may be due.</summary>
    public void Advance() => _early.Release();

    /// <summary>Entries are lost, and with them what others may wait for.</summary>
    public new void ReportGap()
    {
        base.ReportGap();

        // nobody is to wait for an entry that may be gone
        _written = null;
        _early.ReleaseAll();
    }

    /// <inheritdoc/>
    void IChannelHandler.Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        if (!ClusterMessagePack.TryRead(payload.ToArray(), out var message, out var error))
            ReportMalformed(error);
        else
            _early.Receive(message);
    }

    // A node's entries may be on their way yet when what it sent after them is here: pub/sub is another connection.
    private bool IsEarly(ClusterMessage message) =>
        message.After is { } after && StreamOffset.TryParse(after, out var offset) && _tail.IsAhead(offset, this);

    protected override string? GetKey(ClusterMessage message)
    {
        if (IsKept(message))
            return Stream;
        return _options.UseShardedPubSub ? GetChannel(message) : null;
    }

    public override void Write(ClusterMessage message, RespWriter commands)
    {
        if (IsKept(message))
            WriteEntry(message, commands);
        else
            WriteMessage(message, commands);
    }

    /// <summary>
    /// Whether a message goes into the stream. Volatile broadcasts do not, unlike those of JavaScript nodes: nobody is to get them later.
    /// </summary>
    internal static bool IsKept(ClusterMessage message) => message.Type switch
    {
        MessageType.Broadcast => message is { RequestId: null, Flags.IsVolatile: false },
        MessageType.SocketsJoin or MessageType.SocketsLeave or MessageType.DisconnectSockets => true,
        _ => false,
    };

    protected override bool CanFollow(ClusterMessage previous, ClusterMessage next) => IsKept(previous) == IsKept(next);

    protected override CommandBatch CreateBatch(RespWriter commands)
    {
        _before = Written ?? _tail.Position;
        return new EntryBatch(commands);
    }

    protected override void OnAnswered(CommandBatch batch)
    {
        if (((EntryBatch)batch).Last is { } last)
            _written = last;
    }

    // The stream tells which entries are there. They are added in their order, so the others are the last ones.
    protected override async Task<int> RecoverAsync(
        RedisNode node, CommandBatch batch, ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken)
    {
        // emitters have one name for all
        if (!IsKept(messages.Span[0]) || messages.Span[0].Sender == ClusterMessage.EmitterId)
            return await base.RecoverAsync(node, batch, messages, cancellationToken).ConfigureAwait(false);
        foreach (var (index, reason) in batch.Refusals)
            Receiver?.ReportRefused(messages.Span[index], reason.Message);
        while (true)
        {
            var session = await Backplane.WaitForSessionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var current = await session.GetAsync(Stream).ConfigureAwait(false);
                if (node.Endpoint.Address.Equals(current.Endpoint.Address) && !Backplane.Former.HasEnded(node))
                    throw new InvalidOperationException("Redis may still carry out what it has not answered.");
                return batch.Received + await CountAddedAsync(current).ConfigureAwait(false);
            }
            catch (Exception exception) when (session.Ended.IsCompleted && exception is not EntryGoneException)
            {
                // once more in the next session
            }
        }
    }

    private async Task<int> CountAddedAsync(RedisNode node)
    {
        var before = Written ?? _before;
        var entries = await _tail.ReadBehindAsync(node, before).ConfigureAwait(false) ?? throw new EntryGoneException(before.ToString());
        return entries.Count(entry => entry.Uid == Backplane.NodeId && entry.Namespace == Namespace);
    }

    private void WriteEntry(ClusterMessage message, RespWriter commands)
    {
        commands.Begin(14);
        commands.Text("XADD"u8);
        commands.Text(Stream);
        commands.Text("MAXLEN"u8);
        commands.Text("~"u8);
        commands.Number(_options.MaxLength);
        commands.Text("*"u8);
        StreamEntry.Write(message, _options.OnlyPlaintext, commands);
    }

    private void WriteMessage(ClusterMessage message, RespWriter commands)
    {
        commands.Begin(3);
        commands.Text(_options.UseShardedPubSub ? "SPUBLISH"u8 : "PUBLISH"u8);
        commands.Text(GetChannel(message));
        commands.BeginText();
        ClusterMessagePack.Write(Written is { } written ? message with { After = written.ToString() } : message, commands, MessagePackFlavor.Official);
        commands.EndText();
    }

    private StreamOffset? Written => (StreamOffset?)_written;

    private string GetChannel(ClusterMessage message) => message.Recipient is { } recipient ? AnswersTo(recipient) : _channel;

    private string AnswersTo(string node) => $"{_channel}{node}#";

    private Task SubscribeAsync(RedisSession session, string channel) => _options.UseShardedPubSub
        ? session.SubscribeShardedAsync(channel, this)
        : session.SubscribeAsync(ChannelKind.Channel, channel, this);
}
