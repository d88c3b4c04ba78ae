using System.Collections.Concurrent;
using SocketIo.Cluster;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Connections;

namespace SocketIo.Redis.Streams;

/// <summary>Redis Streams, in the format of @socket.io/redis-streams-adapter.</summary>
internal sealed class StreamsBackplane : RedisBackplane
{
    private readonly RedisStreamsOptions _options;
    private readonly ConcurrentDictionary<string, StreamsLink> _links = new(); // those that receive, by namespace
    private readonly StreamTail[] _tails;
    private readonly ConcurrentDictionary<string, StrayStream> _strays = new(); // by name
    private readonly RedisHost _host;

    public StreamsBackplane(RedisStreamsOptions options, RedisHost host)
        : base(options, PrefixClaim.Streams(options.Prefix, options.UseShardedPubSub), RedisNeeds.Streams(options.UseShardedPubSub), host)
    {
        _options = options;
        _host = host;
        _tails = [.. StreamNames.All(options).Select(name => new StreamTail(name, options, host.Time))];
    }

    public override string Name => "redis-streams";

    /// <summary>The clock of all links.</summary>
    public TimeProvider Clock => _host.Time;

    /// <summary>The namespace begins to receive.</summary>
    public void Register(StreamsLink link) => _links[link.Namespace] = link;

    /// <summary>The namespace is gone.</summary>
    public void Unregister(StreamsLink link) => _links.TryRemove(KeyValuePair.Create(link.Namespace, link));

    /// <summary>The reader of a stream.</summary>
    public StreamTail GetTail(string stream) => Array.Find(_tails, tail => tail.Name == stream)!;

    /// <summary>The mover of what is written to a stream that only servers of ours read.</summary>
    public StrayStream GetStray(string stream) => _strays.GetOrAdd(stream, name => new StrayStream(name, Servers, _options, _host, () => ReportGap(name)));

    protected override NamespaceLink CreateLink(string namespaceName, INodeReceiver? receiver) =>
        new StreamsLink(this, _options, namespaceName, receiver);

    protected override async Task PrepareAsync(RedisSession session, CancellationToken cancellationToken)
    {
        await base.PrepareAsync(session, cancellationToken).ConfigureAwait(false);
        foreach (var tail in _tails)
        {
            if (await tail.PrepareAsync(session).WaitAsync(cancellationToken).ConfigureAwait(false))
                ReportGap(tail.Name);
            if (_host.Receives)
                session.Run(tail.RunAsync(session, Receive, () => ReportGap(tail.Name)));
        }
    }

    private ValueTask Receive(StreamEntry entry)
    {
        if (entry.Namespace is not null && _links.TryGetValue(entry.Namespace, out var link))
            link.Receive(entry);
        return ValueTask.CompletedTask;
    }

    private void ReportGap(string stream)
    {
        foreach (var link in _links.Values)
        {
            if (link.Stream == stream || link.Strays.Contains(stream))
                link.ReportGap();
        }
    }
}
