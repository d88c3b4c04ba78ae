using SocketIo.TestKit;
using SocketIo.Topics;
using SocketIo.Topics.Testing;

namespace SocketIo.Redis.Tests.Topics;

/// <summary>A Redis that dies, hangs, is full or has no replica while many emit.</summary>
internal sealed class RedisAwayTests : AwayTests
{
    private RedisServer _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await RedisServer.StartAsync(TopicRedis.Durable);
        Log.Expect("connection to Redis for topics was lost");
    }

    [Test]
    public async Task A_Redis_that_is_killed_keeps_every_event_whose_emit_completed_and_those_with_a_key_complete()
    {
        await OpenAsync(TimeSpan.FromSeconds(30));
        using var end = new CancellationTokenSource();
        var emitting = Enumerable.Range(0, Emitters).Select(emitter => Task.Run(() => EmitAsync(emitter, end.Token))).ToArray();
        for (var round = 1; round <= 3; round++)
        {
            await StoredAsync(50 * round);
            await _server.RestartAsync();
        }
        await StoredAsync(News.LastOf(Orders) + 100);
        await end.CancelAsync();
        var emitted = await Task.WhenAll(emitting).WithDeadline(TimeSpan.FromMinutes(1));

        foreach (var (failure, hasKey) in emitted.SelectMany(static one => one).Where(static one => one.Failure is not null).Select(static one => (one.Failure, one.HasKey)))
            Assert.That((failure!.MayBeStored, hasKey), Is.EqualTo((true, false)), failure.ToString());
        AssertStored(emitted, await ReadAllAsync());
        Assert.That(News.LostCount, Is.GreaterThanOrEqualTo(1));
    }

    [Test]
    public async Task Without_Redis_for_a_while_an_emit_fails_in_time_and_says_that_nothing_is_stored()
    {
        await OpenAsync(TimeSpan.FromSeconds(1));
        await Queue.ExecuteAsync(new AppendEvent(Orders, Data("before")));
        await _server.KillAsync();

        // the first may have been on its way
        await Assert.CatchAsync<TopicStoreException>(() => Queue.ExecuteAsync(new AppendEvent(Orders, Data("meanwhile"))).AsTask().WithDeadline());
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => Queue.ExecuteAsync(new AppendEvent(Orders, Data("meanwhile"))).AsTask().WithDeadline());
        Assert.That(failure!.MayBeStored, Is.False);
        await Assert.ThrowsAsync<TopicStoreException>(() => Store.ReadAsync(Orders, 0, 1, 1, default).AsTask().WithDeadline());
        await Assert.ThrowsAsync<TopicStoreException>(() => Store.CheckAsync(default).AsTask().WithDeadline());
        await _server.StartAsync();
        await Deadlines.Eventually(() => TryAppendAsync().GetAwaiter().GetResult());
        Assert.That(await ReadAllAsync(), Is.EqualTo(new[] { "before", "after" }));
    }

    [Test]
    public async Task Behind_a_Redis_that_hangs_an_emit_fails_in_time_and_the_next_goes_on_when_it_runs_again()
    {
        await OpenAsync(TimeSpan.FromSeconds(2));
        await Queue.ExecuteAsync(new AppendEvent(Orders, Data("before")));
        _server.Suspend();
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => Queue.ExecuteAsync(new AppendEvent(Orders, Data("meanwhile"))).AsTask().WithDeadline());
        Assert.That(failure!.MayBeStored);
        _server.Resume();
        await Deadlines.Eventually(() => TryAppendAsync().GetAwaiter().GetResult());
        Assert.That((await ReadAllAsync())[0], Is.EqualTo("before"));
    }

    [Test]
    public async Task A_Redis_whose_memory_is_full_stores_nothing_by_halves_and_goes_on_when_there_is_room()
    {
        await OpenAsync(TimeSpan.FromSeconds(1));
        await Queue.ExecuteAsync(new AppendEvent(Orders, Data("before")));
        await _server.RunAsync("CONFIG", "SET", "maxmemory", "1");
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => Queue.ExecuteAsync(new AppendEvent(Orders, Data("meanwhile"))).AsTask().WithDeadline());
        Assert.That(failure!.MayBeStored, Is.False);
        Assert.That(failure.ToString(), Does.Contain("OOM"));
        Assert.That(await ReadAllAsync(), Is.EqualTo(new[] { "before" }), "what is there can be read");
        await _server.RunAsync("CONFIG", "SET", "maxmemory", "0");
        await Deadlines.Eventually(() => TryAppendAsync().GetAwaiter().GetResult());
        Assert.That(await ReadAllAsync(), Is.EqualTo(new[] { "before", "after" }));
    }

    [Test]
    public async Task An_event_is_stored_when_the_replicas_that_are_asked_for_have_it()
    {
        await _server.RunAsync("CONFIG", "SET", "repl-diskless-sync-delay", "0");
        await using var replica = await RedisServer.StartAsync($"replicaof 127.0.0.1 {_server.Port}");
        await Deadlines.Eventually(() => replica.RunAsync("INFO", "replication").Result.Contains("master_link_status:up", StringComparison.Ordinal));
        await OpenAsync(TimeSpan.FromSeconds(30), replicas: 1);
        await Queue.ExecuteAsync(new AppendEvent(Orders, Data("before")));
        Assert.That(await replica.RunAsync("KEYS", "*events"), Is.Not.Empty);

        replica.Suspend();
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => Queue.ExecuteAsync(new AppendEvent(Orders, Data("meanwhile"))).AsTask().WithDeadline());
        Assert.That(failure!.MayBeStored);
        Assert.That(failure.Message, Does.Contain("0 replicas"));
        replica.Resume();
        await Deadlines.Eventually(() => TryAppendAsync().GetAwaiter().GetResult());
    }

    protected override Task EndServerAsync() => _server.DisposeAsync().AsTask();

    private Task OpenAsync(TimeSpan timeout, int replicas = 0) =>
        OpenAsync(new RedisTopicStore(new RedisTopicOptions { Configuration = _server.Endpoint, ResponseTimeout = TimeSpan.FromSeconds(3), Replicas = replicas }), timeout);
}
