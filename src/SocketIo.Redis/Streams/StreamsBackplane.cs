using System.Collections.Concurrent;
using SocketIo.Cluster;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Connections;

namespace SocketIo.Redis.Streams;

/// <summary>Redis Streams, in the format of @socket.io/redis-streams-adapter.</summary>
internal sealed class StreamsBackplane : RedisBackplane
{
    private readonly RedisStreamsOptions _options;
    private readonly bool _receives;
    private readonly ConcurrentDictionary<string, StreamsLink> _links = new(); // those that receive, by namespace
    private readonly StreamTail[] _tails;

    public StreamsBackplane(RedisStreamsOptions options, RedisHost host)
        : base(options, PrefixClaim.Streams(options.Prefix, options.UseShardedPubSub), host)
    {
        _options = options;
        _receives = host.Receives;
        _tails = [.. StreamNames.All(options).Select(name => new StreamTail(name, options, host.Time))];
    }

    public override string Name => "redis-streams";

    /// <summary>The namespace begins to receive.</summary>
    public void Register(StreamsLink link) => _links[link.Namespace] = link;

    /// <summary>The namespace is gone.</summary>
    public void Unregister(StreamsLink link) => _links.TryRemove(KeyValuePair.Create(link.Namespace, link));

    /// <summary>The reader of a stream.</summary>
    public StreamTail GetTail(string stream) => Array.Find(_tails, tail => tail.Name == stream)!;

    protected override NamespaceLink CreateLink(string namespaceName, INodeReceiver? receiver) =>
        new StreamsLink(this, _options, namespaceName, receiver);

    protected override async Task PrepareAsync(RedisSession session, CancellationToken cancellationToken)
    {
        await base.PrepareAsync(session, cancellationToken).ConfigureAwait(false);
        foreach (var tail in _tails)
        {
            if (await tail.PrepareAsync(session).WaitAsync(cancellationToken).ConfigureAwait(false))
                ReportGap(tail.Name);
            if (_receives)
                session.Run(tail.RunAsync(session, Receive, () => ReportGap(tail.Name)));
        }
    }

    private void Receive(StreamEntry entry)
    {
        if (entry.Namespace is not null && _links.TryGetValue(entry.Namespace, out var link))
            link.Receive(entry);
    }

    private void ReportGap(string stream)
    {
        foreach (var link in _links.Values)
        {
            if (link.Stream == stream)
                link.ReportGap();
        }
    }
}
