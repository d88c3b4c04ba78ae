using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>
/// What is known of all topics together: their names, the servers, and which topics a server uses. It may lie on another master than a
/// topic, so it is written before: a topic that is not in the list is never made, and what is too much in it does no harm. Used by one batch
/// at a time.
/// </summary>
internal sealed class TopicIndex(TopicKeys keys, RedisPipeline pipeline)
{
    // about 10 MB
    private const int MaxKnown = 50_000;

    private readonly HashSet<TopicName> _known = [];
    private readonly HashSet<(string Owner, TopicName Topic)> _used = [];

    /// <summary>Lists topics that may be missing, and tells the calls that make them. Says that servers use topics.</summary>
    public async Task EnterAsync(
        RedisSession session, IReadOnlyList<IMakingCall> making, IEnumerable<(string Owner, TopicName Topic)> used, CancellationToken cancellationToken)
    {
        if (_known.Count > MaxKnown)
            _known.Clear();
        var calls = new List<RedisCall>();
        foreach (var group in making.Where(one => !_known.Contains(one.Topic)).GroupBy(static one => one.Topic))
        {
            var token = Guid.NewGuid().ToString("N");
            foreach (var call in group)
                call.Token = token;
            calls.Add(new PlainCall(keys.Names, static _ => { }, "HSET", keys.Names, TopicKeys.NameOf(group.Key), token));
        }
        var entered = used.Where(one => !_used.Contains(one)).Distinct().ToArray();
        foreach (var (owner, topic) in entered)
            calls.Add(new PlainCall(keys.TopicsOf(owner), static _ => { }, "SADD", keys.TopicsOf(owner), TopicKeys.NameOf(topic)));
        if (calls.Count == 0)
            return;
        await pipeline.RunAsync(session, calls, cancellationToken).ConfigureAwait(false);
        _used.UnionWith(entered);
    }

    /// <summary>Topics are there.</summary>
    public void Found(IEnumerable<TopicName> topics) => _known.UnionWith(topics);

    /// <summary>A topic is not there any more.</summary>
    public void Lost(TopicName topic) => _known.Remove(topic);

    /// <summary>A topic was removed.</summary>
    public RedisCall Unlist(TopicName topic, string token)
    {
        Lost(topic);
        return new ScriptCall(TopicScripts.Unlist, [keys.Names], [TopicKeys.NameOf(topic), token], static _ => { });
    }

    /// <summary>A server has nothing of a topic any more.</summary>
    public RedisCall Leave(string owner, TopicName topic)
    {
        _used.Remove((owner, topic));
        return new PlainCall(keys.TopicsOf(owner), static _ => { }, "SREM", keys.TopicsOf(owner), TopicKeys.NameOf(topic));
    }

    /// <summary>A server lives.</summary>
    public RedisCall Renew(RenewOwner renew) => new ScriptCall(
        TopicScripts.Renew, [keys.Owners], [renew.Owner, Numbers.Text(renew.Beat)], reply => Read(renew, reply));

    /// <summary>The topics that a server uses.</summary>
    public async Task<List<TopicName>> FindTopicsAsync(RedisSession session, string owner, CancellationToken cancellationToken)
    {
        var topics = new List<TopicName>();
        await pipeline.RunAsync(
            session,
            [new PlainCall(keys.TopicsOf(owner), reply => Read(topics, reply), "SMEMBERS", keys.TopicsOf(owner))],
            cancellationToken).ConfigureAwait(false);
        return topics;
    }

    /// <summary>A server is gone.</summary>
    public RedisCall[] Remove(string owner)
    {
        _used.RemoveWhere(one => one.Owner == owner);
        return
        [
            new PlainCall(keys.TopicsOf(owner), static _ => { }, "DEL", keys.TopicsOf(owner)),
            new PlainCall(keys.Owners, static _ => { }, "HDEL", keys.Owners, owner),
        ];
    }

    private static void Read(List<TopicName> topics, RespReader reply)
    {
        for (var count = reply.ReadList(); count > 0; count--)
        {
            if (TopicKeys.Parse(reply.ReadString()) is { } topic)
                topics.Add(topic);
        }
    }

    private void Read(RenewOwner renew, RespReader reply)
    {
        var count = (reply.ReadList() - 1) / 2;
        renew.IsNew = reply.ReadNumber() == 1;
        var owners = new List<OwnerBeat>(count);
        for (var i = 0; i < count; i++)
            owners.Add(new(reply.ReadString(), Numbers.Parse(reply.ReadText())));
        renew.Owners = owners;

        // whoever has removed it has removed what it uses, too
        if (renew.IsNew)
            _used.RemoveWhere(one => one.Owner == renew.Owner);
    }
}
