using System.Net;
using SocketIo.Engine.Frames;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class UpgradeWireTests
{
    [Test]
    public async Task The_probe_is_answered_the_parked_poll_let_go_and_the_WebSocket_takes_over()
    {
        await using var host = await EngineHost.StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        var poll = polling.PollAsync();
        await Deadlines.Eventually(() => host.Session(polling.Sid).CurrentTransport.IsWritable);
        using var socket = await CandidateAsync(host, polling);
        await socket.SendAsync("2probe");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("3probe"));
        Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "6" }));
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "6" }), "a later poll is let go, too");
        await socket.SendAsync("5");
        await socket.SendAsync("4hello");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4hello"));
        Assert.That(host.Session(polling.Sid).Transport, Is.EqualTo(EngineTransports.WebSocket));
        using var late = await polling.GetAsync();
        Assert.That(late.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task What_was_sent_while_the_client_did_not_poll_comes_through_the_WebSocket()
    {
        await using var host = await EngineHost.StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var socket = await CandidateAsync(host, polling);
        await socket.SendAsync("2probe");
        await socket.ReadAsync();
        host.Session(polling.Sid).Send("one");
        host.Session(polling.Sid).Send("two");
        await socket.SendAsync("5");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4one"));
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4two"));
    }

    [Test]
    public async Task Nothing_volatile_is_queued_while_a_client_does_not_poll_nor_during_its_upgrade()
    {
        await using var host = await EngineHost.StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        var session = host.Session(polling.Sid);
        Assert.That(session.EnqueueVolatile(Frame.Text("4not polling")), Is.False);
        Assert.That(session.QueuedBytes, Is.Zero);
        using var socket = await CandidateAsync(host, polling);
        var poll = polling.PollAsync();
        await Deadlines.Eventually(() => session.CurrentTransport.IsWritable);
        Assert.That(session.EnqueueVolatile(Frame.Text("4parked")), Is.True);
        Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "4parked" }));
        Assert.That(session.EnqueueVolatile(Frame.Text("4not polling")), Is.False);
        await socket.SendAsync("2probe");
        await socket.ReadAsync();
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "6" }));
        Assert.That(session.EnqueueVolatile(Frame.Text("4upgrading")), Is.False);
        Assert.That(session.QueuedBytes, Is.Zero);
        await socket.SendAsync("5");
        await Deadlines.Eventually(() => session.Transport is EngineTransports.WebSocket);
        Assert.That(session.EnqueueVolatile(Frame.Text("4upgraded")), Is.True);
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4upgraded"));
    }

    [Test]
    public async Task A_second_WebSocket_is_closed_and_the_first_goes_on([Values] bool upgraded)
    {
        await using var host = await EngineHost.StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var first = await CandidateAsync(host, polling);
        await first.SendAsync("2probe");
        await first.ReadAsync();
        if (upgraded)
        {
            await first.SendAsync("5");
            await Deadlines.Eventually(() => host.Session(polling.Sid).Transport is EngineTransports.WebSocket);
        }
        using var second = await CandidateAsync(host, polling);
        Assert.That((await second.ReadAsync()).CloseCode, Is.EqualTo(1000));
        Assert.That(await second.TryReadAsync(), Is.Null);
        if (!upgraded)
            await first.SendAsync("5");
        await first.SendAsync("4on");
        Assert.That((await first.ReadAsync()).Text, Is.EqualTo("4on"));
    }

    [Test]
    public async Task An_upgrade_timeout_drops_the_WebSocket_and_polling_goes_on()
    {
        var clock = new ManualClock();
        await using var host = await EngineHost.StartAsync(time: clock);
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var socket = await CandidateAsync(host, polling);
        await socket.SendAsync("2probe");
        await socket.ReadAsync();
        await Deadlines.Eventually(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return host.Session(polling.Sid).CurrentUpgrade is null;
        });
        await AssertDismissedAsync(socket);

        var poll = polling.PollAsync();
        await polling.PostAsync("4on");
        Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "4on" }));
        using var again = await CandidateAsync(host, polling);
        await again.SendAsync("2probe");
        Assert.That((await again.ReadAsync()).Text, Is.EqualTo("3probe"));
    }

    [Test]
    public async Task A_WebSocket_that_goes_away_or_talks_nonsense_leaves_polling_alive(
        [Values("reset", "close", "nonsense", "unmasked")] string way, [Values] bool probed)
    {
        await using var host = await EngineHost.StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var socket = await CandidateAsync(host, polling);
        if (probed)
        {
            await socket.SendAsync("2probe");
            await socket.ReadAsync();
        }
        await (way switch
        {
            "reset" => Task.Run(socket.Reset),
            "close" => socket.WriteRawAsync(RawWebSocket.CloseFrame(1000)),
            "nonsense" => socket.SendAsync("4nonsense"),
            _ => socket.WriteRawAsync([0x81, 0x01, (byte)'5']),
        });
        await Deadlines.Eventually(() => host.Session(polling.Sid).CurrentUpgrade is null);
        await polling.PostAsync("4on");
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "4on" }));
    }

    [Test]
    public async Task A_close_during_the_upgrade_ends_both([Values] bool probed, [Values] bool byClient)
    {
        await using var host = await EngineHost.StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var socket = await CandidateAsync(host, polling);
        if (probed)
        {
            await socket.SendAsync("2probe");
            await socket.ReadAsync();
        }
        if (byClient)
        {
            await polling.PostAsync("1");
        }
        else
        {
            host.Session(polling.Sid).Close();
            Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "1" }));
        }
        await AssertDismissedAsync(socket);
        await host.HasNoSessions();
        Assert.That(host.App.Closed.Select(reason => reason.ToString()), Is.EqualTo(new[] { byClient ? "transport close" : "forced close" }));
    }

    [Test]
    public async Task Messages_of_both_sides_survive_an_upgrade_at_any_moment([Range(1, 25)] int seed)
    {
        const int FromServer = 200;
        const int FromClient = 100;
        var random = new Random(seed);
        var received = new List<string>();
        var app = new Echo
        {
            Message = (_, text) =>
            {
                received.Add(text);
                return ValueTask.CompletedTask;
            },
        };
        await using var host = await EngineHost.StartAsync(app: app);
        using var polling = await RawPolling.OpenAsync(host.Address);
        var session = host.Session(polling.Sid);
        var sending = Task.Run(async () =>
        {
            var pause = new Random(seed);
            for (var i = 0; i < FromServer; i++)
            {
                session.Send($"{i}");
                if (pause.Next(4) == 0)
                    await Task.Yield();
                if (pause.Next(20) == 0)
                    await Task.Delay(1);
            }
        });

        // as the stock client does: poll until let go, post, then the upgrade packet
        var got = new List<string>();
        var sent = 0;
        var pausing = false;
        var polls = Task.Run(async () =>
        {
            while (!Volatile.Read(ref pausing))
                got.AddRange(await polling.PollAsync());
        });
        async Task PostSome()
        {
            for (var posts = random.Next(6); posts > 0; posts--)
            {
                var count = random.Next(1, 6);
                await polling.PostAsync([.. Enumerable.Range(sent, count).Select(i => $"4{i}")]);
                sent += count;
            }
        }

        await PostSome();
        using var socket = await CandidateAsync(host, polling);
        await PostSome();
        await socket.SendAsync("2probe");
        if (random.Next(2) == 0)
            await PostSome();
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("3probe"));
        if (random.Next(2) == 0)
            await PostSome();
        Volatile.Write(ref pausing, true);
        await polls.WithDeadline();
        await PostSome();
        await socket.SendAsync("5");
        while (sent < FromClient)
            await socket.SendAsync($"4{sent++}");
        got.RemoveAll(packet => packet == "6");
        while (got.Count < FromServer)
            got.Add((await socket.ReadAsync()).Text);
        await sending;

        Assert.That(got, Is.EqualTo(Enumerable.Range(0, FromServer).Select(i => $"4{i}")));
        await Deadlines.Eventually(() => received.Count >= FromClient);
        Assert.That(received, Is.EqualTo(Enumerable.Range(0, Math.Max(sent, FromClient)).Select(i => $"{i}")));
    }

    [Test]
    public async Task A_post_that_is_still_being_handled_is_finished_before_the_WebSocket_is_read()
    {
        var done = new TaskCompletionSource();
        var received = new List<string>();
        var app = new Echo
        {
            Message = async (_, text) =>
            {
                received.Add(text);
                if (text == "slow")
                    await done.Task;
            },
        };
        await using var host = await EngineHost.StartAsync(app: app);
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var socket = await CandidateAsync(host, polling);
        await socket.SendAsync("2probe");
        await socket.ReadAsync();
        var post = polling.PostAsync("4slow", "4posted");
        await Deadlines.Eventually(() => received.Count == 1);
        await socket.SendAsync("5");
        await socket.SendAsync("4last");
        done.SetResult();
        await post.WithDeadline();
        await Deadlines.Eventually(() => received.Count == 3);
        Assert.That(received, Is.EqualTo(new[] { "slow", "posted", "last" }));
    }

    private static Task<RawWebSocket> CandidateAsync(EngineHost host, RawPolling polling) =>
        RawWebSocket.ConnectAsync(host.Address, $"/engine.io/?EIO=4&transport=websocket&sid={polling.Sid}");

    /// <summary>A close frame and an end without a reset: an old client that was leaving by itself does not survive one.</summary>
    private static async Task AssertDismissedAsync(RawWebSocket socket)
    {
        var (frames, wasReset) = await socket.ReadToEndAsync();
        Assert.That(frames.Select(static frame => (frame.Opcode, frame.CloseCode)), Is.EqualTo(new (int, int)[] { (8, 1000) }));
        Assert.That(wasReset, Is.False);
    }
}
