using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>Redis hangs, dies, comes late and comes back.</summary>
[TestFixtureSource(typeof(Kind), nameof(Kind.Main))]
[Parallelizable]
public class FailureTests(Kind kind)
{
    private RedisServer _redis = null!;

    [SetUp]
    public async Task StartRedisAsync() => _redis = await RedisServer.StartAsync("appendonly yes", "appendfsync always");

    [TearDown]
    public async Task StopRedisAsync() => await _redis.DisposeAsync();

    [Test]
    public async Task After_Redis_was_killed_and_started_again_messages_arrive_as_before()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await two.Link.OpenRoomAsync("room").AsTask().WithDeadline();
        await _redis.KillAsync();
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        await two.Link.OpenRoomAsync("other").AsTask().WithDeadline();
        two.Link.CloseRoom("room");
        await _redis.StartAsync();
        await Task.WhenAll(one.BackAsync(), two.BackAsync());
        await one.SendAsync(one.Event(), one.Event(["other"]));
        await two.Receiver.NextAsync();
        await two.Receiver.NextAsync();
        Assert.That((await two.Link.GetMembersAsync([one.Backplane.NodeId], default)).Connected, Has.Count.EqualTo(1));
        Assert.That(two.Receiver.IsEmpty);
    }

    [Test]
    public async Task What_is_sent_when_a_session_has_ended_and_nobody_knows_yet_waits_for_the_next([Values] bool isGone)
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        for (var round = 1; round <= 10; round++)
        {
            await one.BackAsync();
            one.Backplane.Session!.End(new IOException("The test ended it."));
            if (isGone)
                SpinWait.SpinUntil(() => one.Backplane.Session is null, Deadlines.Default);
            await one.SendAsync(one.Event());
            Assert.That(Node.Number(await two.Receiver.NextAsync()), Is.EqualTo(round));
        }
        Assert.That(two.Receiver.IsEmpty);
    }

    [Test]
    public async Task Redis_that_hangs_is_away_and_back_when_it_goes_on()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        _redis.Suspend();
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        Assert.That(one.Backplane.State.Reason, Does.Contain("1 s"));
        _redis.Resume();
        await Task.WhenAll(one.BackAsync(), two.BackAsync());
        await one.SendAsync(one.Event());
        await two.Receiver.NextAsync();
        Assert.That(two.Receiver.IsEmpty);
    }

    [Test]
    public async Task Redis_that_starts_late_is_found()
    {
        await using var redis = RedisServer.Prepare();
        var one = await Node.StartAsync(kind, redis.Endpoint, configure: NoticeSoon);
        one.Log.Expect("Redis is away");
        Assert.That(one.Backplane.State.IsConnected, Is.False);
        await redis.StartAsync();
        await one.BackAsync();
        await one.OpenAsync();
        await using var two = await Node.StartAsync(kind, redis.Endpoint, configure: NoticeSoon);
        await one.SendAsync(one.Event());
        await two.Receiver.NextAsync();
        await one.DisposeAsync();
    }

    [Test]
    public async Task What_is_on_its_way_when_Redis_hangs_arrives_at_most_once_and_in_order()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        var numbers = new List<int>();
        two.Receiver.OnMessage = message => numbers.Add(Node.Number(message));
        for (var round = 0; round < 2; round++)
        {
            var sending = SendAsync(one, round * 1000);
            _redis.Suspend();
            await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
            _redis.Resume();
            await Task.WhenAll(one.BackAsync(), two.BackAsync());
            await sending.WithDeadline();
        }
        await one.SendAsync(one.Event(number: 10_000));
        while (Node.Number(await two.Receiver.NextAsync()) != 10_000)
        {
        }
        Assert.That(numbers, Is.Ordered.And.Unique);
        // what Redis keeps is not lost either
        if (kind.Name == "streams")
            Assert.That(numbers, Has.Count.EqualTo(2001));
    }

    [Test]
    public async Task What_the_network_held_back_does_not_arrive_behind_what_was_sent_later()
    {
        using var relay = Relay.To(new Uri($"tcp://{_redis.Endpoint}"));
        await using var one = await StartAsync($"127.0.0.1:{relay.Address.Port}");
        await using var two = await StartAsync();
        var held = relay.Hold();
        var first = one.Link.SendAsync(new[] { one.Event(number: 1) }, default).AsTask();
        await one.AwayAsync();
        await one.BackAsync();
        Assert.That(await IsTakenAsync(first.WithDeadline()), Is.EqualTo(kind.Name == "streams"));
        await one.SendAsync(one.Event(number: 2));
        var numbers = new List<int> { Node.Number(await two.Receiver.NextAsync()) };
        await held.ReleaseAsync();
        // Redis has read it by then
        await _redis.RunAsync("PING");
        await one.SendAsync(one.Event(number: 3));
        while (numbers[^1] != 3)
            numbers.Add(Node.Number(await two.Receiver.NextAsync()));
        Assert.That(numbers, Is.EqualTo(kind.Name == "streams" ? new[] { 1, 2, 3 } : [2, 3]));
    }

    [Test]
    public async Task A_link_whose_namespace_left_while_Redis_was_away_does_not_come_back()
    {
        await using var one = await StartAsync();
        var two = await StartAsync();
        await _redis.KillAsync();
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        await two.Link.DisposeAsync();
        await _redis.StartAsync();
        await Task.WhenAll(one.BackAsync(), two.BackAsync());
        Assert.That((await one.Link.GetMembersAsync([], default)).Count, Is.EqualTo(1));
        await two.DisposeAsync();
    }

    [Test]
    public async Task Disposing_ends_while_Redis_is_away()
    {
        var one = await StartAsync();
        await _redis.KillAsync();
        await one.AwayAsync();
        await one.DisposeAsync();
    }

    private static void NoticeSoon(RedisConnectionOptions options) => options.ResponseTimeout = TimeSpan.FromSeconds(1);

    private async Task<Node> StartAsync(string? endpoint = null)
    {
        var node = await Node.StartAsync(kind, endpoint ?? _redis.Endpoint, configure: NoticeSoon);
        node.Log.Expect("Redis is away");
        return node;
    }

    // until one batch gets no answer; what Redis does not keep is lost with it
    private static async Task SendAsync(Node node, int first)
    {
        for (var number = first; number < first + 1000; number += 10)
        {
            if (!await IsTakenAsync(node.SendAsync([.. Enumerable.Range(number, 10).Select(each => node.Event(number: each))])))
                return;
        }
    }

    private static async Task<bool> IsTakenAsync(Task sending)
    {
        try
        {
            await sending;
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or EndOfStreamException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
