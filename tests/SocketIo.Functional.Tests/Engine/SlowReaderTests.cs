using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

[TestFixture(true)]
[TestFixture(false)]
public class SlowReaderTests(bool directSocketWrites)
{
    private static readonly string Large = new('x', 50_000);

    [Test]
    public async Task A_client_that_stops_reading_is_disconnected_and_others_are_not_affected()
    {
        await using var host = await StartAsync(SlowConsumerPolicy.Disconnect);
        host.Log.Expect("is closed, its client is slow");
        using var slow = await RawWebSocket.OpenAsync(host.Address, receiveBuffer: 4096);
        using var other = await RawWebSocket.OpenAsync(host.Address);
        var session = host.Session(slow.Sid);
        await Warm(slow);
        await Warm(other);
        await Deadlines.Eventually(() => !session.Send(Large));

        host.Session(other.Sid).Send("fine");
        Assert.That((await other.ReadAsync()).Text, Is.EqualTo("4fine"));
        await Deadlines.Eventually(() => host.App.Closed.Length == 1 && host.SessionCount == 1);
        Assert.That(host.App.Closed[0], Is.EqualTo(DisconnectReason.TransportError));
        Assert.That(host.App.Closed[0].Description, Does.Contain("slow consumer"));
        await other.SendAsync("4still fine");
        Assert.That((await other.ReadAsync()).Text, Is.EqualTo("4still fine"));
    }

    [Test]
    public async Task With_DropNewest_the_messages_that_do_not_fit_are_missing_and_the_rest_is_whole()
    {
        await using var host = await StartAsync(SlowConsumerPolicy.DropNewest);
        host.Log.Expect("are dropped, its client is slow");
        using var slow = await RawWebSocket.OpenAsync(host.Address, receiveBuffer: 4096);
        var session = host.Session(slow.Sid);
        await Warm(slow);
        var accepted = new List<int>();
        for (var i = 0; accepted.Count == i; i++)
        {
            if (session.Send($"{i} {Large}"))
                accepted.Add(i);
        }
        foreach (var number in accepted)
        {
            var frame = await slow.ReadAsync();
            Assert.That(frame.Text == $"4{number} {Large}", Is.True, $"message {number}");
        }
        Assert.That(host.App.Closed, Is.Empty);
        await slow.SendAsync("4still here");
        Assert.That((await slow.ReadAsync()).Text, Is.EqualTo("4still here"));
    }

    [Test]
    public async Task Large_messages_through_small_buffers_arrive_whole_and_in_order()
    {
        await using var host = await StartAsync(SlowConsumerPolicy.Disconnect, maxQueuedBytes: int.MaxValue);
        using var client = await RawWebSocket.OpenAsync(host.Address, receiveBuffer: 2048);
        var session = host.Session(client.Sid);
        await Warm(client);
        var random = new Random(7);
        var messages = new List<byte[]>();
        foreach (var size in new[] { 1_000_000, 0, 1, 70_000, 3, 16_384, 16_383, 200_000, 5, 5, 5, 1_000_000 })
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            messages.Add(bytes);
            Assert.That(session.Send(bytes), Is.True);
        }
        foreach (var expected in messages)
        {
            var frame = await client.ReadAsync();
            Assert.That(frame.Payload.AsSpan().SequenceEqual(expected), Is.True, $"{expected.Length} bytes");
        }
        await Deadlines.Eventually(() => session.QueuedBytes == 0);
    }

    [Test]
    public async Task A_message_of_the_default_limit_goes_both_ways_and_one_byte_more_does_not()
    {
        await using var host = await StartAsync(SlowConsumerPolicy.Disconnect);
        using var client = await RawWebSocket.OpenAsync(host.Address, receiveBuffer: 4096);
        var bytes = new byte[1_000_000];
        new Random(1).NextBytes(bytes);
        await client.SendAsync(bytes);
        Assert.That((await client.ReadAsync()).Payload.AsSpan().SequenceEqual(bytes), Is.True);
        await client.SendAsync(new byte[1_000_001]);
        Assert.That((await client.ReadAsync()).ToString(), Is.EqualTo("close 1009 the message is too big: 1000001 bytes, 1000000 are allowed"));
    }

    [Test]
    public async Task What_is_sent_while_the_socket_is_full_follows_in_order_from_all_senders([Range(1, 3)] int seed)
    {
        const int Senders = 3;
        const int Each = 300;
        await using var host = await StartAsync(SlowConsumerPolicy.Disconnect, maxQueuedBytes: int.MaxValue);
        using var client = await RawWebSocket.OpenAsync(host.Address, receiveBuffer: 4096);
        var session = host.Session(client.Sid);
        await Warm(client);
        var sending = Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            var random = new Random((seed * 100) + sender);
            for (var i = 0; i < Each; i++)
                session.Send($"{sender} {i} {Large.AsSpan(0, random.Next(20_000))}");
        })).ToArray();
        var next = new int[Senders];
        for (var i = 0; i < Senders * Each; i++)
        {
            var parts = (await client.ReadAsync()).Text[1..].Split(' ');
            Assert.That(int.Parse(parts[1], null), Is.EqualTo(next[int.Parse(parts[0], null)]++));
        }
        await Task.WhenAll(sending).WithDeadline();
    }

    [Test]
    public async Task A_ping_among_many_large_messages_arrives_and_nothing_is_lost()
    {
        const int Half = 50;
        var clock = new ManualClock();
        var pinged = new TaskCompletionSource();
        await using var host = await EngineHost.StartAsync(
            options =>
            {
                options.DirectSocketWrites = directSocketWrites;
                options.MaxQueuedBytes = int.MaxValue;
                options.Events.OnConnection(session => session.Events.OnPacketCreated((_, packet) =>
                {
                    if (packet.Type is EnginePacketType.Ping)
                        pinged.TrySetResult();
                }));
            },
            time: clock);
        using var client = await RawWebSocket.OpenAsync(host.Address, receiveBuffer: 4096);
        var session = host.Session(client.Sid);
        await Warm(client);
        for (var i = 0; i < Half; i++)
            session.Send($"{i} {Large}");
        clock.Advance(TimeSpan.FromSeconds(24));
        await Deadlines.Eventually(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
            return pinged.Task.IsCompleted;
        });
        for (var i = Half; i < 2 * Half; i++)
            session.Send($"{i} {Large}");
        var messages = new List<string>();
        for (var i = 0; i <= 2 * Half; i++)
            messages.Add((await client.ReadAsync()).Text);
        Assert.That(messages.Remove("2"), Is.True, "the ping");
        Assert.That(messages.Select(text => text[1..].Split(' ')[0]), Is.EqualTo(Enumerable.Range(0, 2 * Half).Select(i => $"{i}")));
        Assert.That(messages, Has.All.EndWith(Large));
        await client.SendAsync("3");
        await Warm(client);
    }

    [Test]
    public async Task A_stalled_client_that_vanishes_leaves_nothing_behind()
    {
        await using var host = await StartAsync(SlowConsumerPolicy.DropNewest);
        host.Log.Expect("are dropped, its client is slow");
        using var slow = await RawWebSocket.OpenAsync(host.Address, receiveBuffer: 4096);
        var session = host.Session(slow.Sid);
        await Warm(slow);
        while (session.Send(Large))
        {
        }
        slow.Reset();
        await host.HasNoSessions();

        // the application is told behind the session's end
        await Deadlines.Eventually(() => host.App.Closed.Length > 0);
        Assert.That(host.App.Closed, Is.EqualTo(new[] { DisconnectReason.TransportClose }));
    }

    private Task<EngineHost> StartAsync(SlowConsumerPolicy policy, int maxQueuedBytes = 1024 * 1024) => EngineHost.StartAsync(options =>
    {
        options.DirectSocketWrites = directSocketWrites;
        options.SlowConsumerPolicy = policy;
        options.MaxQueuedBytes = maxQueuedBytes;
    });

    // one message there and back, so that the direct writes have begun
    private static async Task Warm(RawWebSocket client)
    {
        await client.SendAsync("4warm");
        Assert.That((await client.ReadAsync()).Text, Is.EqualTo("4warm"));
    }
}
