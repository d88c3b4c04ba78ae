using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;
using SocketIo.Topics;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>A machine whose clock is set back and forward under a server with topics.</summary>
public sealed class ClockTests
{
    [Test]
    public async Task Whatever_the_clock_does_each_event_arrives_in_its_order_or_is_told_as_missed([Values("memory", "sqlite")] string store)
    {
        var clock = new SteppingClock();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await using var server = await StartAsync(clock, topics =>
            {
                if (store == "sqlite")
                    topics.UseSqlite(Path.Combine(folder.FullName, "events.db"));
            });
            var seen = new List<SequenceRange>();
            for (var (round, step) = (0, -1); round < 6; round++)
            {
                // while somebody gets them, then while nobody does
                var client = await server.ConnectUserAsync("ann");
                await server.EmitAsync(10 * round + 1, 10 * round + 5);
                await ReceiveAsync(client, seen, 10 * round + 5);
                await server.SubscriptionIsAsync("ann", one => one.Cursor >= 10 * round + 5);
                await client.DisconnectAsync();
                await server.LeftAsync("ann");
                await server.EmitAsync(10 * round + 6, 10 * round + 10);

                // back an hour, forward two, back three and so on
                clock.Step(TimeSpan.FromHours(step));
                step = step > 0 ? -step - 1 : -step + 1;
            }
            await ReceiveAsync(await server.ConnectUserAsync("ann"), seen, 60);
            Assert.That(seen[0].First, Is.EqualTo(1));
            Assert.That(seen.Zip(seen.Skip(1)).Where(static pair => pair.Second.First != pair.First.Last + 1), Is.Empty);

            // what is too old by the new clock is deleted, whatever was said before
            clock.Step(TimeSpan.FromHours(30));
            await Deadlines.EventuallyAsync(async () => await server.Io.Topic("orders").GetInfoAsync() is null or { Kept.Count: 0 });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<TestServer> StartAsync(SteppingClock clock, Action<TopicsOptions> store) => TestServer.StartSocketIoAsync(
        static io => io.OnConnection(static socket => socket.SubscribeAsync("orders", "ann", new()
        {
            Start = TopicStart.Beginning,
            OnMissed = range => socket.EmitAsync("missed", range.First, range.Last),
        })),
        build: builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddSocketIo().AddTopics(topics =>
            {
                store(topics);
                topics.CleanupInterval = TimeSpan.FromMilliseconds(20);
                topics.ForAll(static topic => topic.MaxAge = TimeSpan.FromMinutes(30));
            });
        });

    private static async Task ReceiveAsync(NodeClient client, List<SequenceRange> seen, long last)
    {
        var got = seen.Count == 0 ? 0 : seen[^1].Last;
        while (got < last)
        {
            var next = await client.NextEventAsync(["order", "missed"]);
            var first = next.Args[0].GetInt64();
            seen.Add(new(first, got = next.Name == "order" ? first : next.Args[1].GetInt64()));
        }
    }

    /// <summary>Timers run as always: only the time of day steps.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        private long _offset;

        public void Step(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _offset));
    }
}
