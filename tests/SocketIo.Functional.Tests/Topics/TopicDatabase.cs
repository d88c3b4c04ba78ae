using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>A server of the kind that several servers with topics share, which can be away.</summary>
internal sealed class TopicDatabase : IAsyncDisposable
{
    private readonly PostgresServer? _postgres;
    private readonly RedisServer? _redis;

    private TopicDatabase(PostgresServer? postgres, RedisServer? redis) => (_postgres, _redis) = (postgres, redis);

    /// <summary>Its connection string.</summary>
    public string Where => _postgres?.ConnectionString ?? _redis!.Endpoint;

    /// <summary>Starts one, which has on disk what it says that it has.</summary>
    /// <param name="kind">postgres or redis.</param>
    public static async Task<TopicDatabase> StartAsync(string kind) => kind == "postgres"
        ? new(await PostgresServer.StartAsync(), null)
        : new(null, await RedisServer.StartAsync("appendonly yes", "appendfsync always"));

    public void Use(TopicsOptions topics) => _ = _postgres is not null ? topics.UsePostgres(Where) : topics.UseRedis(Where);

    public Task KillAsync() => _postgres?.KillAsync() ?? _redis!.KillAsync();

    /// <summary>Starts it again, with what it has.</summary>
    public Task RestartAsync() => _postgres?.StartAsync() ?? _redis!.StartAsync();

    public ValueTask DisposeAsync() => _postgres?.DisposeAsync() ?? _redis!.DisposeAsync();
}
