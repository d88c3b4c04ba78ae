using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Postgres;
using SocketIo.Redis;
using SocketIo.Sqlite;
using SocketIo.Topics;
using SocketIo.Topics.Appender;

// Appends to topics until it is killed. Tells on its output of each event whose append has completed: emitter, number, topic, sequence.
// Arguments: kind of store, where it is (a path, or a connection string, | and a schema or prefix), number of emitters.
var store = Create(args[0], args[1]);
await store.OpenAsync(new(new NoNews(), TimeProvider.System, NullLogger.Instance), default);
var timeout = TimeSpan.FromSeconds(30);
var health = new StoreHealth(store, timeout, TimeProvider.System, NullLogger.Instance);
var queue = new StoreQueue(store, new(timeout, 10_000, 64 << 20), TimeProvider.System, health, static _ => { });
queue.Open();

var run = Guid.NewGuid().ToString("N")[..8];
using var output = Console.OpenStandardOutput();
await Task.WhenAll(Enumerable.Range(0, int.Parse(args[2], CultureInfo.InvariantCulture)).Select(emitter => Task.Run(() => EmitAsync(emitter))));

async Task EmitAsync(int emitter)
{
    var random = new Random(emitter);
    for (var n = 0; ; n++)
    {
        var topic = $"topic {random.Next(3)}";
        var json = $"[\"{run}-{emitter}\",{n},\"{new string('x', random.Next(400))}\"]";
        var append = new AppendEvent(new("/", topic), new(Encoding.UTF8.GetBytes(json)), n % 5 == 0 ? $"{run}-{emitter}-{n}" : null, new(TimeSpan.FromDays(1), 1000));
        await queue.ExecuteAsync(append);
        var line = Encoding.UTF8.GetBytes($"{run}-{emitter} {n} {topic[^1]} {append.Sequence}\n");
        lock (output)
            output.Write(line);
    }
}

static ITopicStore Create(string kind, string where) => kind switch
{
    "sqlite" => new SqliteTopicStore(where),
    "postgres" => new PostgresTopicStore(new PostgresTopicOptions { ConnectionString = where[..where.LastIndexOf('|')], Schema = where[(where.LastIndexOf('|') + 1)..] }),
    "redis" => new RedisTopicStore(new RedisTopicOptions { Configuration = where[..where.LastIndexOf('|')], Prefix = where[(where.LastIndexOf('|') + 1)..] }),
    _ => throw new ArgumentException($"There is no store {kind}."),
};
