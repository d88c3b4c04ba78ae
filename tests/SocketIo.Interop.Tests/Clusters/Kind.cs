using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>An official adapter, and the backplane that is its counterpart.</summary>
public sealed record Kind(string Name)
{
    public static readonly Kind[] All =
    [
        new("classic"), new("classic-ioredis"), new("sharded-dynamic"), new("sharded-static"), new("sharded-dynamic-private"),
        new("sharded-dynamic-ioredis"), new("streams"), new("streams-sharded"), new("streams-4"), new("postgres"),
    ];

    private static int _lastPrefix;

    public bool IsPostgres => Name == "postgres";

    private int StreamCount => Name == "streams-4" ? 4 : 1;

    private bool IsOnIoredis => Name.EndsWith("ioredis", StringComparison.Ordinal);

    private string Adapter => Name.Split('-')[0];

    public override string ToString() => Name;

    /// <summary>A prefix that no other cluster has.</summary>
    public string NewPrefix() => $"{Name[..2]}{Interlocked.Increment(ref _lastPrefix)}";

    public Task<NodeServer> StartNodeAsync(string prefix, string[]? namespaces = null) => NodeServer.StartAsync(
        Adapter,
        IsPostgres ? "pg" : IsOnIoredis ? "ioredis" : "redis",
        [IsPostgres ? Services.Postgres.Url : Services.Redis.Endpoint],
        Adapter switch
        {
            "classic" => new { key = prefix },
            "sharded" => new { channelPrefix = prefix, subscriptionMode = Name.Replace("sharded-", "", StringComparison.Ordinal).Replace("-ioredis", "", StringComparison.Ordinal) },
            "streams" => new { channelPrefix = prefix, streamName = prefix, streamCount = StreamCount, useShardedPubSub = Name == "streams-sharded" },
            _ => new { channelPrefix = prefix, heartbeatInterval = 500, heartbeatTimeout = 2_000 } as object,
        },
        namespaces: namespaces ?? ["/", "/chat"]);

    public SocketIoBuilder Add(SocketIoBuilder builder, string prefix) => Adapter switch
    {
        "classic" => builder.AddRedis(Services.Redis.Endpoint, options => options.Prefix = prefix),
        "sharded" => builder.AddRedisSharded(Services.Redis.Endpoint, options => (options.Prefix, options.RoomChannels) = (prefix, Rooms)),
        "streams" => builder.AddRedisStreams(
            Services.Redis.Endpoint,
            options => (options.Prefix, options.StreamName, options.StreamCount, options.UseShardedPubSub) = (prefix, prefix, StreamCount, Name == "streams-sharded")),
        _ => builder.AddPostgres(Services.Postgres.ConnectionString, options => options.Prefix = prefix),
    };

    /// <summary>The same for a process that only emits.</summary>
    public Backplane CreateEmitter(string prefix) => Adapter switch
    {
        "classic" => RedisBackplanes.ForEmitter(new RedisOptions { Configuration = Services.Redis.Endpoint, Prefix = prefix }, null),
        "sharded" => RedisBackplanes.ForEmitter(new RedisShardedOptions { Configuration = Services.Redis.Endpoint, Prefix = prefix, RoomChannels = Rooms }, null),
        "streams" => RedisBackplanes.ForEmitter(new RedisStreamsOptions
        {
            Configuration = Services.Redis.Endpoint, Prefix = prefix, StreamName = prefix, StreamCount = StreamCount, UseShardedPubSub = Name == "streams-sharded",
        }, null),
        _ => PostgresBackplanes.ForEmitter(new PostgresOptions { ConnectionString = Services.Postgres.ConnectionString, Prefix = prefix }),
    };

    /// <summary>The emitter in JavaScript; null where there is none.</summary>
    public async Task<NodeServer?> StartNodeEmitterAsync(string prefix) => Adapter switch
    {
        "classic" => await NodeServer.StartEmitterAsync(IsOnIoredis ? "ioredis" : "redis", [Services.Redis.Endpoint], new { key = prefix }),
        "postgres" => await NodeServer.StartEmitterAsync("pg", [Services.Postgres.Url], new { channelPrefix = prefix }),
        _ => null,
    };

    private RoomChannels Rooms =>
        Name.Contains("static", StringComparison.Ordinal) ? RoomChannels.None
        : Name.Contains("private", StringComparison.Ordinal) ? RoomChannels.All
        : RoomChannels.Public;
}
