using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Recovery;

[NonParallelizable]
public class RecoveryStressTests
{
    private const int Emitters = 3;
    private const int EventsEach = 400;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Clients_that_come_and_go_get_every_event_once_and_in_one_order_for_all(int seed)
    {
        using var server = new InMemoryServer(options => options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions());
        var clients = Enumerable.Range(0, 4).Select(_ => new RecoveringClient(server).Connect()).ToArray();
        var emitters = Enumerable.Range(0, Emitters).Select(emitter => Task.Run(() => EmitAsync(server, emitter))).ToArray();
        var all = Task.WhenAll(emitters);
        var received = await Task.WhenAll(clients.Select((client, i) => Task.Run(() => Flap(client, new Random((seed * 100) + i), all)))).WithDeadline();
        await all.WithDeadline();

        Assert.That(received[0], Has.Count.EqualTo(Emitters * EventsEach));
        Assert.That(received[0].Distinct().Count(), Is.EqualTo(Emitters * EventsEach));
        for (var emitter = 0; emitter < Emitters; emitter++)
        {
            var own = received[0].Where(text => text.StartsWith($"e{emitter} ", StringComparison.Ordinal));
            Assert.That(own, Is.EqualTo(Enumerable.Range(0, EventsEach).Select(i => $"e{emitter} {i}")));
        }
        foreach (var other in received.Skip(1))
            Assert.That(other, Is.EqualTo(received[0]));
    }

    private static async Task EmitAsync(InMemoryServer server, int emitter)
    {
        for (var i = 0; i < EventsEach; i++)
        {
            await server.Io.EmitAsync($"e{emitter}", i);
            if (i % 20 == 0)
                await Task.Yield();
        }
    }

    // Loses the connection again and again, and with it some of what had been written to it.
    private static List<string> Flap(RecoveringClient client, Random random, Task emitting)
    {
        var received = new List<string>();
        while (true)
        {
            var isLast = emitting.IsCompleted;
            var known = client.Offset;
            var fresh = client.TakeUpTo(random.Next(0, 50));
            received.AddRange(fresh);
            Assert.That(fresh.Length > 0 || client.Offset == known);
            client.Lose();
            client.Connect();
            Assert.That(client.Recovered);
            if (!isLast)
                continue;
            received.AddRange(client.Take());
            return received;
        }
    }
}
