using System.Runtime.CompilerServices;
using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>Reads, on the connections that also write. Each page is one moment.</summary>
internal sealed class TopicReader(TopicSessions sessions, TopicKeys keys, RedisPipeline pipeline)
{
    // what is asked for at once
    private const int PageLength = 500;

    public async Task<TopicPage> ReadPageAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        var key = keys.Topic(topic);
        var page = new TopicPage(new(1, 0), []);
        await RunAsync(
            [new ScriptCall(
                TopicScripts.Page, [key, key + ":events"], [Numbers.Text(after), Numbers.Text(Math.Max(maxCount, 1)), Numbers.Text(maxBytes)],
                reply => page = ReadPage(reply, page))],
            cancellationToken).ConfigureAwait(false);
        return page;
    }

    public async IAsyncEnumerable<TopicInfo> ListTopicsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = await ScanAsync(keys.Names, keys.Names, cancellationToken).ConfigureAwait(false);
        foreach (var page in names.Select(TopicKeys.Parse).OfType<TopicName>().Chunk(PageLength))
        {
            foreach (var info in await ReadTopicsAsync(page, cancellationToken).ConfigureAwait(false))
                yield return info;
        }
    }

    /// <summary>What there is of topics; nothing of those that do not exist.</summary>
    public async Task<List<TopicInfo>> ReadTopicsAsync(IReadOnlyList<TopicName> topics, CancellationToken cancellationToken)
    {
        var infos = new List<TopicInfo>();
        var calls = new List<RedisCall>();
        foreach (var topic in topics)
        {
            var key = keys.Topic(topic);
            TopicInfo? info = null;
            calls.Add(new PlainCall(key, reply => info = ReadTopic(topic, reply), "HMGET", key, "uid", "first", "last", "before", "total"));
            calls.Add(new PlainCall(key, reply => Add(info, reply.ReadNumber()), "HLEN", key + ":subscriptions"));
        }
        await RunAsync(calls, cancellationToken).ConfigureAwait(false);

        // from several masters they come in another order
        var places = topics.Select(static (topic, place) => (topic, place)).ToDictionary(static one => one.topic, static one => one.place);
        infos.Sort((one, other) => places[one.Topic].CompareTo(places[other.Topic]));
        return infos;

        void Add(TopicInfo? info, long subscriptions)
        {
            lock (infos)
            {
                if (info is not null)
                    infos.Add(info with { Subscriptions = subscriptions });
            }
        }
    }

    public async IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(TopicName topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = keys.Topic(topic);
        foreach (var page in (await ScanAsync(key, key + ":subscriptions", cancellationToken).ConfigureAwait(false)).Chunk(PageLength))
        {
            var infos = new List<SubscriptionInfo>();
            await RunAsync(
                [new ScriptCall(
                    TopicScripts.Describe, [key, key + ":subscriptions", key + ":cursors", key + ":claimed"], [key + ":claims:", .. page],
                    reply => ReadSubscriptions(topic, page, reply, infos))],
                cancellationToken).ConfigureAwait(false);
            foreach (var info in infos)
                yield return info;
        }
    }

    public Task CheckAsync(CancellationToken cancellationToken) =>
        RunAsync([new PlainCall(keys.Version, static _ => { }, "GET", keys.Version)], cancellationToken);

    private static TopicPage ReadPage(RespReader reply, TopicPage missing)
    {
        var rest = reply.ReadList() - 2;
        if (rest < 0)
            return missing;
        var kept = new SequenceRange(reply.ReadNumber(), reply.ReadNumber());
        var events = new StoredEvent[rest / 4];
        for (var i = 0; i < events.Length; i++)
        {
            var sequence = reply.ReadNumber();
            var at = DateTimeOffset.FromUnixTimeMilliseconds(Numbers.Parse(reply.ReadText()));
            var json = reply.ReadText().ToArray();
            var attachments = reply.ReadText() is { IsEmpty: false } blob ? AttachmentBlob.Unpack(blob.ToArray()) : null;
            events[i] = new StoredEvent(sequence, at, new(json, attachments));
        }
        return new TopicPage(kept, events);
    }

    private static TopicInfo? ReadTopic(TopicName topic, RespReader reply)
    {
        reply.ReadList();
        if (reply.Read() != RespKind.Text)
            return null;
        var id = System.Text.Encoding.UTF8.GetString(reply.Text);
        var kept = new SequenceRange(Numbers.Parse(reply.ReadText()), Numbers.Parse(reply.ReadText()));
        var before = Numbers.Parse(reply.ReadText());
        return new TopicInfo(topic, id, kept, Numbers.Parse(reply.ReadText()) - before, 0);
    }

    private static void ReadSubscriptions(TopicName topic, string[] subscribers, RespReader reply, List<SubscriptionInfo> infos)
    {
        for (var rest = reply.ReadList(); rest > 0; rest -= 6)
        {
            infos.Add(new(
                new(topic, subscribers[reply.ReadNumber()]), reply.ReadNumber() == 1, reply.ReadNumber(), reply.ReadNumber(), reply.ReadNumber() > 0,
                DateTimeOffset.FromUnixTimeMilliseconds(reply.ReadNumber())));
        }
    }

    /// <summary>The fields of a hash, in order. Read in parts: what changes meanwhile may be seen or not.</summary>
    private async Task<IEnumerable<string>> ScanAsync(string key, string hash, CancellationToken cancellationToken)
    {
        // a part may come twice
        var fields = new SortedSet<string>(StringComparer.Ordinal);
        var cursor = "0";
        do
        {
            await RunAsync([new PlainCall(key, reply => cursor = ReadFields(reply, fields), "HSCAN", hash, cursor, "COUNT", Numbers.Text(PageLength))], cancellationToken)
                .ConfigureAwait(false);
        }
        while (cursor != "0");
        return fields;
    }

    private static string ReadFields(RespReader reply, SortedSet<string> fields)
    {
        reply.ReadList();
        var cursor = reply.ReadString();
        for (var rest = reply.ReadList(); rest > 0; rest -= 2)
        {
            fields.Add(reply.ReadString());
            reply.Skip(1);
        }
        return cursor;
    }

    private async Task RunAsync(IReadOnlyList<RedisCall> calls, CancellationToken cancellationToken)
    {
        var session = sessions.Current;
        try
        {
            await pipeline.RunAsync(session, calls, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisTopicErrors.IsOf(exception, session))
        {
            throw RedisTopicErrors.Translate(exception, session, "read");
        }
    }
}
