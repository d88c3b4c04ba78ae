using SocketIo.Cluster;
using SocketIo.Cluster.Formats;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Sharded;

/// <summary>
/// A namespace on sharded pub/sub: a channel for all nodes, one for answers to this node, and one for each room that has members here.
/// </summary>
internal sealed class ShardedLink : RedisLink, IChannelHandler
{
    private readonly ShardedChannels _channels;
    private readonly Dictionary<string, long> _rooms = []; // those with a channel, each with the number of its opening; guarded by itself
    private long _lastOpening;                             // guarded by _rooms

    public ShardedLink(ShardedBackplane backplane, RedisShardedOptions options, string namespaceName, INodeReceiver? receiver)
        : base(backplane, namespaceName, receiver)
    {
        _channels = new ShardedChannels(options.Prefix, namespaceName, options.RoomChannels);
    }

    public override async Task SubscribeAsync(RedisSession session)
    {
        KeyValuePair<string, long>[] rooms;
        lock (_rooms)
            rooms = [.. _rooms];
        string[] channels = [_channels.All, _channels.AnswersTo(Backplane.NodeId)];
        var own = channels.Select(channel => session.SubscribeShardedAsync(channel, this));
        await Task.WhenAll([.. own, .. rooms.Select(room => ReopenAsync(session, room.Key, room.Value))]).ConfigureAwait(false);
        session.Ending.ThrowIfCancellationRequested();
    }

    public override void Unsubscribe(RedisSession session)
    {
        session.Unsubscribe(ChannelKind.Sharded, _channels.All);
        session.Unsubscribe(ChannelKind.Sharded, _channels.AnswersTo(Backplane.NodeId));
        lock (_rooms)
        {
            foreach (var room in _rooms.Keys)
                session.Unsubscribe(ChannelKind.Sharded, _channels.Of(room));
        }
    }

    public override ValueTask OpenRoomAsync(string room)
    {
        if (!_channels.HasOwn(room))
            return ValueTask.CompletedTask;
        long opening;
        lock (_rooms)
            _rooms[room] = opening = ++_lastOpening;
        // while Redis is away the next session subscribes
        return Backplane.Session is { } session ? new ValueTask(SubscribeAsync(session, room, opening)) : ValueTask.CompletedTask;
    }

    public override void CloseRoom(string room)
    {
        lock (_rooms)
        {
            if (_rooms.Remove(room))
                Backplane.Session?.Unsubscribe(ChannelKind.Sharded, _channels.Of(room));
        }
    }

    public override bool CountsMembers => true;

    public override async ValueTask<Membership> GetMembersAsync(IReadOnlyCollection<string> known, CancellationToken cancellationToken)
    {
        var ids = known.ToArray();
        var counts = await Session.CountSubscribersAsync(
            "SHARDNUMSUB", [_channels.All, .. ids.Select(_channels.AnswersTo)], cancellationToken).ConfigureAwait(false);
        return new Membership((int)counts[0], [.. ids.Where((_, index) => counts[index + 1] > 0)]);
    }

    /// <inheritdoc/>
    void IChannelHandler.Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        if (!MixedFormat.TryRead(payload.ToArray(), out var message, out var error))
        {
            ReportMalformed(error);
            return;
        }
        Receive(message);
    }

    protected override string GetKey(ClusterMessage message)
    {
        if (message.Recipient is { } recipient)
            return _channels.AnswersTo(recipient);
        return message.Channel is { } room ? _channels.ToRoom(room) : _channels.All;
    }

    public override void Write(ClusterMessage message, RespWriter commands)
    {
        var channel = GetKey(message);
        commands.Begin(3);
        commands.Text("SPUBLISH"u8);
        commands.Text(channel);
        commands.BeginText();
        MixedFormat.Write(message, commands, MessagePackFlavor.Notepack);
        commands.EndText();
    }

    // a room that is refused keeps nothing else from being received
    private async Task ReopenAsync(RedisSession session, string room, long opening)
    {
        try
        {
            await SubscribeAsync(session, room, opening).ConfigureAwait(false);
        }
        catch (RespException refused)
        {
            Receiver!.LoseRoom(room, refused.Message);
        }
    }

    private async Task SubscribeAsync(RedisSession session, string room, long opening)
    {
        try
        {
            await session.SubscribeShardedAsync(_channels.Of(room), this).ConfigureAwait(false);
        }
        catch (RespException refused) when (!RedisSession.IsPassing(refused))
        {
            // this room only; the next session does without it until it is opened again
            lock (_rooms)
            {
                if (_rooms.GetValueOrDefault(room) == opening)
                    _rooms.Remove(room);
            }
            throw;
        }
        catch (Exception exception)
        {
            // the next session subscribes
            session.End(exception);
            return;
        }

        lock (_rooms)
        {
            if (!_rooms.ContainsKey(room))
                session.Unsubscribe(ChannelKind.Sharded, _channels.Of(room));
        }
    }
}
