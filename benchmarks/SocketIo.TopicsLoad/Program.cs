using System.Text;
using SocketIo.Postgres;
using SocketIo.Redis;
using SocketIo.Sqlite;
using SocketIo.Topics;
using SocketIo.TopicsLoad;

// Arguments: the store (memory, sqlite, postgres, redis), then "service" for deliveries, or the number of emitters and seconds; for postgres
// and redis a connection string.
var kind = args[0];
var where = args[^1];
var folder = Directory.CreateTempSubdirectory("topics-load-");
var json = Encoding.UTF8.GetBytes("""["order created",{"id":12345,"customer":"ann","items":[1,2,3],"total":12.5,"note":"ring twice please"}]""");
ITopicStore store = kind switch
{
    "memory" => new MemoryTopicStore(1L << 30),
    "sqlite" => new SqliteTopicStore(Path.Combine(folder.FullName, "events.db")),
    "postgres" => new PostgresTopicStore(where),
    "redis" => new RedisTopicStore(where),
    _ => throw new ArgumentException($"There is no store {kind}."),
};
if (args[1] == "service")
{
    await using var run = new ServiceRun(store, json);
    await run.StartAsync();
    await run.OnlineAsync(300_000);
    await run.ReturnAsync(10_000, 100);
    await run.BacklogAsync(1_000_000);
}
else
{
    await using PlainLoop? plain = kind switch
    {
        "postgres" => await PlainPostgres.OpenAsync(where),
        "redis" => await PlainRedis.OpenAsync(where),
        _ => null,
    };
    await using var run = await EmitRun.OpenAsync(store, json, emitters: int.Parse(args[1]));
    await Comparison.RunAsync(run, plain, json, TimeSpan.FromSeconds(int.Parse(args[2])));
}
folder.Delete(true);
