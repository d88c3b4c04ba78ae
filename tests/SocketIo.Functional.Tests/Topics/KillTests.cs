using System.Globalization;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>Server processes are killed at random moments while they store and deliver; stock clients come back by themselves.</summary>
public sealed class KillTests
{
    private const int Window = 64;

    private static readonly string[][] Ways = [["websocket"], ["polling"], ["polling", "websocket"]];

    // more by hand
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("SOCKETIO_TESTS_KILLS") ?? "10", CultureInfo.InvariantCulture);

    [Test]
    public async Task Nothing_is_lost_and_the_order_holds_when_a_server_on_sqlite_is_killed()
    {
        var folder = Directory.CreateTempSubdirectory("topics-");
        await KillAsync("sqlite", Path.Combine(folder.FullName, "events.db"));
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task Nothing_is_lost_and_the_order_holds_when_a_server_on_PostgreSQL_is_killed()
    {
        await using var postgres = await TopicDatabase.StartAsync("postgres");
        await KillAsync("postgres", postgres.Where);
    }

    [Test]
    public async Task Nothing_is_lost_and_the_order_holds_when_a_server_on_Redis_is_killed()
    {
        await using var redis = await TopicDatabase.StartAsync("redis");
        await KillAsync("redis", redis.Where);
    }

    [TestCase("postgres")]
    [TestCase("redis")]
    public async Task A_subscriber_goes_on_at_another_server_when_its_own_is_killed_while_it_delivers(string kind)
    {
        await using var database = await TopicDatabase.StartAsync(kind);
        var ports = FreePorts.Take(2);
        await using var other = await TopicNode.StartAsync(kind, database.Where, ports[1], emitters: 2);
        var own = await TopicNode.StartAsync(kind, database.Where, ports[0], emitters: 2);
        await using var first = await own.ConnectAsync("ann", Ways[0]);
        await Deadlines.Eventually(() => first.Events.Count > 200);
        var completed = await own.KillAsync();
        await using var second = await other.ConnectAsync("ann", Ways[0]);
        var (seen, _) = Check(first, new Dictionary<long, string>(), 0);
        await Deadlines.Eventually(() => second.Events.Count > 400);
        foreach (var (sequence, text) in await other.KillAsync())
            completed.Add(sequence, text);
        var (last, _) = Check(second, seen, seen.Keys.Max());
        Assert.That(completed.Where(one => one.Key <= last.Keys.Max() && last.GetValueOrDefault(one.Key) != one.Value), Is.Empty);
    }

    [TestCase("postgres")]
    [TestCase("redis")]
    public async Task What_the_receivers_of_a_killed_server_had_goes_to_those_of_another_one(string kind)
    {
        await using var database = await TopicDatabase.StartAsync(kind);
        var ports = FreePorts.Take(2);
        await using var own = await TopicNode.StartAsync(kind, database.Where, ports[0], emitters: 2);
        await using var other = await TopicNode.StartAsync(kind, database.Where, ports[1], emitters: 0);
        await using var dies = await other.ConnectAsync("workers", Ways[0], "one");
        await Deadlines.Eventually(() => dies.Events.Count > 50);

        // what it gets from here on it does not acknowledge: a window of events, and then no more
        await dies.OnAckNeverAsync("order");
        var done = Sequences(dies).ToArray();
        await using var lives = await own.ConnectAsync("workers", Ways[0], "one");
        await Deadlines.Eventually(() => lives.Events.Count > 50);
        await other.KillAsync();
        await Deadlines.Eventually(() => Complete(done.Concat(Sequences(lives))) >= Sequences(dies).Max(), deadline: TimeSpan.FromSeconds(30));
        Assert.That(Sequences(lives).Intersect(Sequences(dies)), Is.Not.Empty, "what it had and did not acknowledge");
        await own.KillAsync();
    }

    private static async Task KillAsync(string kind, string where)
    {
        var random = new Random();
        var port = FreePorts.Take(1)[0];
        var completed = new Dictionary<long, string>();
        var node = await TopicNode.StartAsync(kind, where, port, emitters: 4);
        var clients = await Task.WhenAll(Ways.Select((way, index) => node.ConnectAsync($"user {index}", way)));
        for (var round = 0; round < Rounds; round++)
        {
            await node.StoringAsync();
            await Task.Delay(random.Next(500));
            foreach (var (sequence, text) in await node.KillAsync())
                completed.Add(sequence, text);
            node = await TopicNode.StartAsync(kind, where, port, emitters: round == Rounds - 1 ? 0 : 4);
        }
        var last = completed.Keys.Max();
        await Deadlines.Eventually(() => clients.All(client => Sequences(client).Any(one => one >= last)), deadline: TimeSpan.FromMinutes(1));
        await node.DisposeAsync();
        foreach (var client in clients)
        {
            var (seen, twice) = Check(client, new Dictionary<long, string>(), 0);
            Assert.That(completed.Where(one => seen.GetValueOrDefault(one.Key) != one.Value), Is.Empty, "lost, or another one in its place");
            TestContext.Out.WriteLine($"{Rounds} kills, {completed.Count} completed, {seen.Count} seen, {twice} twice");
            await client.DisposeAsync();
        }
    }

    /// <summary>In each connection events follow each other without a gap, and begin at most a window before what was seen last.</summary>
    private static (Dictionary<long, string> Seen, int Twice) Check(NodeClient client, IReadOnlyDictionary<long, string> before, long last)
    {
        var seen = new Dictionary<long, string>(before);
        var twice = 0;
        long? previous = null;
        foreach (var received in client.Events)
        {
            if (received.Name == "connect")
                previous = null;
            if (received.Name != "order")
                continue;
            var sequence = SequenceOf(received);
            if (previous is null)
                Assert.That(sequence, Is.InRange(last + 1 - Window, last + 1), "after a connect");
            else
                Assert.That(sequence, Is.EqualTo(previous + 1));
            if (!seen.TryAdd(sequence, received.Args[0].GetString()!))
            {
                Assert.That(seen[sequence], Is.EqualTo(received.Args[0].GetString()));
                Assert.That(received.Args[1].GetProperty("redelivered").GetBoolean(), "it comes again, and says so");
                twice++;
            }
            previous = sequence;
            last = Math.Max(last, sequence);
        }
        return (seen, twice);
    }

    private static IEnumerable<long> Sequences(NodeClient client) => client.Events.Where(static one => one.Name == "order").Select(SequenceOf);

    private static long SequenceOf(NodeEvent received) => received.Args[1].GetProperty("sequence").GetInt64();

    /// <summary>All up to this one are there.</summary>
    private static long Complete(IEnumerable<long> sequences)
    {
        var all = sequences.ToHashSet();
        var complete = 0L;
        while (all.Contains(complete + 1))
            complete++;
        return complete;
    }
}
