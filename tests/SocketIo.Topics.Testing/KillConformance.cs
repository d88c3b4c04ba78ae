using System.Globalization;
using System.Text.Json;

namespace SocketIo.Topics.Testing;

/// <summary>A process that appends is killed at random moments.</summary>
public abstract class KillConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    private const int Emitters = 16;

    // more by hand
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("SOCKETIO_TESTS_KILLS") ?? "12", CultureInfo.InvariantCulture);

    /// <summary>The appender's arguments: kind of store, and where it is.</summary>
    protected abstract (string Kind, string Where) Arguments { get; }

    /// <summary>How many processes append at once.</summary>
    protected virtual int Processes => 1;

    [Test]
    public async Task Nothing_whose_append_completed_is_lost_and_the_order_holds_when_the_process_is_killed()
    {
        var random = new Random();
        var completed = new List<Appended>();
        for (var round = 0; round < Rounds; round++)
        {
            await Store.DisposeAsync();
            foreach (var appended in await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => AppendAndKillAsync(random.Next(150)))))
                completed.AddRange(appended);
            if (round % 4 == 0)
                await Harness.AssertIntactAsync();
            Store = await OpenAsync(News);
        }
        var stored = await ReadAllAsync();
        foreach (var append in completed)
            Assert.That(stored[append.Topic][(int)append.Sequence - 1], Is.EqualTo((append.Emitter, append.Number)));
        AssertOrder(stored.Values, completed);
        Assert.That((await DoAsync(new AppendEvent(new("/", "topic 0"), Data("after")))).Sequence, Is.EqualTo(stored["topic 0"].Count + 1));
        TestContext.Out.WriteLine($"{Rounds} kills, {completed.Count} completed, {stored.Values.Sum(static one => one.Count)} stored");
    }

    private async Task<IReadOnlyList<Appended>> AppendAndKillAsync(int milliseconds)
    {
        await using var appender = new Appender(Arguments.Kind, Arguments.Where, Emitters);
        await appender.BeginAsync();
        await Task.Delay(milliseconds);
        return await appender.KillAsync();
    }

    // An emitter waits for one append before the next, so at most one of each emitter is stored without having been told.
    private static void AssertOrder(IEnumerable<List<(string Emitter, int Number)>> topics, List<Appended> completed)
    {
        var all = topics.ToArray();
        foreach (var topic in all)
        {
            foreach (var emitter in topic.GroupBy(static one => one.Emitter))
                Assert.That(emitter.Select(static one => one.Number), Is.Ordered.And.Unique);
        }
        var told = completed.GroupBy(static one => one.Emitter).ToDictionary(static one => one.Key, static one => one.Count());
        foreach (var emitter in all.SelectMany(static one => one).GroupBy(static one => one.Emitter))
        {
            Assert.That(emitter.Select(static one => one.Number).Order(), Is.EqualTo(Enumerable.Range(0, emitter.Count())));
            Assert.That(emitter.Count(), Is.InRange(told.GetValueOrDefault(emitter.Key), told.GetValueOrDefault(emitter.Key) + 1));
        }
    }

    private async Task<Dictionary<string, List<(string Emitter, int Number)>>> ReadAllAsync()
    {
        var stored = new Dictionary<string, List<(string, int)>>();
        foreach (var name in new[] { "topic 0", "topic 1", "topic 2" })
        {
            var events = stored[name] = [];
            while (await ReadAsync(events.Count, topic: new("/", name)) is { Events.Count: > 0 } page)
            {
                Assert.That(page.Events.Select(static one => one.Sequence), Is.EqualTo(Enumerable.Range(events.Count + 1, page.Events.Count)));
                events.AddRange(page.Events.Select(static one => JsonElement.Parse(one.Data.Json.Span)).Select(static one => (one[0].GetString()!, one[1].GetInt32())));
            }
        }
        return stored;
    }
}
