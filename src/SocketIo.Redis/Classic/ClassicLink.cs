using System.Collections.Concurrent;
using System.Text;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Classic;

/// <summary>A namespace on Redis pub/sub. All messages come by one connection, so the order over all channels is kept.</summary>
internal sealed class ClassicLink : RedisLink
{
    // Requests of old forms that wait for this node's own sockets, which are there at once: more means that something is wrong.
    private const int MaxOldRequests = 1000;

    private readonly ClassicChannels _channels;
    private readonly bool _answersOnOwnChannels;
    private readonly Broadcasts _broadcasts;
    private readonly Requests _requests;
    private readonly ConcurrentDictionary<string, ClassicType> _oldRequests = new();

    public ClassicLink(ClassicBackplane backplane, RedisOptions options, string namespaceName, INodeReceiver? receiver)
        : base(backplane, namespaceName, receiver)
    {
        _channels = new ClassicChannels(options.Prefix, namespaceName);
        _answersOnOwnChannels = options.AnswerOnOwnChannels;
        _broadcasts = new Broadcasts(this);
        _requests = new Requests(this);
    }

    private string OwnAnswers => _channels.AnswersTo(Backplane.NodeId);

    public override async Task SubscribeAsync(RedisSession session)
    {
        await Task.WhenAll(
            session.SubscribeAsync(ChannelKind.Pattern, _channels.BroadcastPattern, _broadcasts),
            session.SubscribeAsync(ChannelKind.Channel, _channels.Requests, _requests),
            session.SubscribeAsync(ChannelKind.Channel, _channels.Answers, _requests),
            session.SubscribeAsync(ChannelKind.Channel, OwnAnswers, _requests)).ConfigureAwait(false);
    }

    public override void Unsubscribe(RedisSession session)
    {
        session.Unsubscribe(ChannelKind.Pattern, _channels.BroadcastPattern);
        session.Unsubscribe(ChannelKind.Channel, _channels.Requests);
        session.Unsubscribe(ChannelKind.Channel, _channels.Answers);
        session.Unsubscribe(ChannelKind.Channel, OwnAnswers);
    }

    public override bool CountsMembers => true;

    internal override bool NamesAnswers => false;

    public override async ValueTask<Membership> GetMembersAsync(IReadOnlyCollection<string> known, CancellationToken cancellationToken)
    {
        var ids = known.ToArray();
        var counts = await Session.CountSubscribersAsync(
            "NUMSUB", [_channels.Requests, .. ids.Select(_channels.AnswersTo)], cancellationToken).ConfigureAwait(false);
        return new Membership((int)counts[0], [.. ids.Where((_, index) => counts[index + 1] > 0)]);
    }

    protected override string? GetKey(ClusterMessage message) => null;

    public override void Write(ClusterMessage message, RespWriter commands)
    {
        commands.Begin(3);
        commands.Text("PUBLISH"u8);
        if (message is { Type: MessageType.Broadcast, RequestId: null })
            WriteBroadcast(message, commands);
        else
            WriteRequest(message, commands);
    }

    private void WriteBroadcast(ClusterMessage message, RespWriter commands)
    {
        commands.Text(_channels.BroadcastsTo(message.Rooms));
        commands.BeginText();
        ClassicFormat.WriteBroadcast(message, commands);
        commands.EndText();
    }

    private void WriteRequest(ClusterMessage message, RespWriter commands)
    {
        var old = default(ClassicType);
        var isOld = message is { Type: MessageType.FetchSocketsResponse, RequestId: { } id } && _oldRequests.TryRemove(id, out old);
        commands.Text(GetChannel(message, isOld));
        commands.BeginText();
        if (isOld)
            WriteOldAnswer(message, old, commands);
        else
            ClassicFormat.WriteRequest(message, commands);
        commands.EndText();
    }

    private string GetChannel(ClusterMessage message, bool isOld) => message.Recipient switch
    {
        null => _channels.Requests,
        { Length: > 0 } recipient when _answersOnOwnChannels && !isOld => _channels.AnswersTo(recipient),
        _ => _channels.Answers,
    };

    private static void WriteOldAnswer(ClusterMessage message, ClassicType type, RespWriter commands)
    {
        if (type == ClassicType.AllRooms)
            ClassicFormat.WriteOldAnswer(message.RequestId!, "rooms"u8, message.Sockets.SelectMany(socket => socket.Rooms).Distinct(), commands);
        else
            ClassicFormat.WriteOldAnswer(message.RequestId!, "sockets"u8, message.Sockets.Select(socket => socket.Id), commands);
    }

    private void Take(ClusterMessage? message, string? error)
    {
        if (error is not null)
            ReportMalformed(error);
        else if (message is not null)
            Receive(message);
    }

    private void ReceiveRequest(ReadOnlyMemory<byte> payload)
    {
        if (!ClassicFormat.TryReadRequest(payload, Namespace, out var parts, out var message, out var error) || message is null)
            Take(null, error);
        else
            Receive(Complete(message, parts));
    }

    // Old forms name one socket and one room, or ask for less than a fetch tells.
    private ClusterMessage Complete(ClusterMessage message, in ClassicParts parts)
    {
        if (message.RequestId is { } id && (ClassicType)parts.Type is ClassicType.Sockets or ClassicType.AllRooms && _oldRequests.Count < MaxOldRequests)
            _oldRequests[id] = (ClassicType)parts.Type;
        if (parts.Type == (int)ClassicType.Sockets)
            return message with { Rooms = message.RoomsToChange };
        return parts.SocketId is null ? message : message with { Rooms = [parts.SocketId], RoomsToChange = parts.Room is null ? default : [parts.Room] };
    }

    private sealed class Broadcasts(ClassicLink link) : IChannelHandler
    {
        public void Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
        {
            ClassicFormat.TryReadBroadcast(payload.ToArray(), out var message, out var error);
            link.Take(message, error);
        }
    }

    private sealed class Requests(ClassicLink link) : IChannelHandler
    {
        private readonly byte[] _requests = Encoding.UTF8.GetBytes(link._channels.Requests);

        public void Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
        {
            if (channel.SequenceEqual(_requests))
            {
                link.ReceiveRequest(payload.ToArray());
                return;
            }

            ClassicFormat.TryReadAnswer(payload.ToArray(), link.Namespace, out var message, out var error);
            link.Take(message, error);
        }
    }
}
