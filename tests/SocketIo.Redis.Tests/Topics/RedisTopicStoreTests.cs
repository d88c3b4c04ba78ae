using SocketIo.Redis.Tests.Resp;
using SocketIo.TestKit;
using SocketIo.Topics;
using SocketIo.Topics.Testing;
using StackExchange.Redis;

namespace SocketIo.Redis.Tests.Topics;

/// <summary>What is special about the store in Redis.</summary>
internal sealed class RedisTopicStoreTests : StoreTests<RedisHarness>
{
    private static RedisServer Server => TopicRedis.Server;

    [Test]
    public async Task A_connection_that_breaks_is_made_again_and_news_that_may_have_been_missed_are_told()
    {
        Expect("connection to Redis for topics was lost");
        await AppendAsync(1);
        await Server.RunAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await Deadlines.Eventually(() => News.LostCount > 0);
        await AppendAsync(1);
        await News.ToldAsync(Orders, 2);
        Assert.That((await ReadAsync()).Kept, Is.EqualTo(new SequenceRange(1, 2)));
    }

    [Test]
    public async Task Scripts_that_Redis_has_forgotten_are_given_to_it_again()
    {
        await AttachAsync(start: TopicStart.Beginning);
        await Server.RunAsync("SCRIPT", "FLUSH");
        await ExecuteAsync(new AppendEvent(Orders, Data("a")), new AppendEvent(new("/", "others"), Data("b")), new MoveCursor(Ann, 1));
        Assert.That((await SubscriptionAsync()).Cursor, Is.EqualTo(1));
        await Server.RunAsync("SCRIPT", "FLUSH");
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task Nothing_is_left_in_Redis_of_topics_that_are_removed_and_servers_that_have_gone()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(Server.Endpoint);
        var before = Keys(redis);
        await ExecuteAsync(new RenewOwner("a", 1));
        await BeginAsync(3);
        await AppendWithKeyAsync("key");
        await ClaimAsync("a", 2);
        await ExecuteAsync(new ReleaseClaims(Ann, "a", []), new DetachSubscriber(Ann, "a", 2));
        Assert.That(Keys(redis).Where(static key => key.Contains(":owner:", StringComparison.Ordinal) || key.Contains(":own:", StringComparison.Ordinal)), Is.Empty);

        await AttachAsync(shared: true);
        await ClaimAsync("a", 2);
        await ExecuteAsync(new RemoveOwner("a"));
        await ExecuteAsync(new RemoveSubscription(Ann));
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 0 });
        Assert.That(Keys(redis), Is.EquivalentTo(before));
    }

    [Test]
    public async Task A_topic_is_listed_whichever_of_two_servers_removes_and_makes_it()
    {
        var other = await OpenAsync();
        for (var round = 0; round < 30; round++)
        {
            await Task.WhenAll(
                ExecuteAsync(Store, new AppendEvent(Orders, Data("a"))),
                ExecuteAsync(other, new TrimTopic(Orders) { MaxCount = 0 }, new TrimTopic(Orders) { MaxCount = 0 }));
            var exists = await InfoAsync() is not null;
            Assert.That(await Store.ListTopicsAsync(null, default).AnyAsync(), Is.EqualTo(exists));
        }
    }

    [Test]
    public async Task Topics_of_another_version_are_refused()
    {
        await Server.RunAsync("SET", $"{Harness.Prefix}:{{topics}}:version", "1000");
        var refused = await Assert.ThrowsAsync<TopicStoreException>(() => OpenAsync());
        Assert.That(refused!.IsPermanent);
        Assert.That(refused.Message, Does.Contain("1000"));
    }

    [TestCase("allkeys-lru", true)]
    [TestCase("volatile-lru", false)]
    public async Task A_Redis_that_deletes_topics_when_it_is_full_is_warned_of(string policy, bool isHarmful)
    {
        await using var redis = await RedisServer.StartAsync($"maxmemory-policy {policy}");
        if (isHarmful)
            Expect($"(maxmemory-policy {policy}), with them what it keeps of topics");
        await using var store = new RedisTopicStore(redis.Endpoint);
        await AppendAsync(1, await OpenAsync(store));
        Assert.That(Logged.Count(static entry => entry.Id == 5), Is.EqualTo(isHarmful ? 1 : 0));
    }

    [Test]
    public async Task A_Redis_that_is_too_old_is_refused()
    {
        using var server = new AnsweringServer("redis_version:6.0.16", "role:master");
        await using var store = new RedisTopicStore($"{server.Endpoint},connectTimeout=2000");
        var refused = await Assert.ThrowsAsync<TopicStoreException>(() => OpenAsync(store));
        Assert.That(refused!.IsPermanent);
        Assert.That(refused.Message, Does.Contain("Redis 6.0.16").And.Contain("topics, which needs 6.2"));
    }

    [Test]
    public async Task A_topic_whose_keys_Redis_refuses_fails_alone()
    {
        await DoAsync(new AppendEvent(new("/", "broken"), Data("first")));
        await using (var connection = await ConnectionMultiplexer.ConnectAsync(Server.Endpoint))
            await connection.GetDatabase().StringSetAsync($"{Harness.Prefix}:{{/\0broken}}:events", "x");
        var batch = new TopicBatch(Clock.GetUtcNow());
        AppendEvent[] appends = [new(Orders, Data("1")), new(new("/", "broken"), Data("2")), new(Orders, Data("3"))];
        foreach (var append in appends)
            batch.Add(append);
        await Store.ExecuteAsync(batch, default).AsTask().WithDeadline();
        Assert.That((appends[0].Sequence, appends[2].Sequence), Is.EqualTo((1, 2)));
        Assert.That(appends[1].Error?.Message, Does.Contain("WRONGTYPE"));
        Assert.That(appends[0].Error, Is.Null);
    }

    [Test]
    public async Task A_password_that_is_wrong_is_told()
    {
        await using var redis = await RedisServer.StartAsync("requirepass right");
        await using var store = new RedisTopicStore($"{redis.Endpoint},password=wrong,connectTimeout=1000");
        var refused = await Assert.ThrowsAsync<TopicStoreException>(() => OpenAsync(store));
        Assert.That(refused!.MayBeStored, Is.False);
        Assert.That(refused.ToString(), Does.Not.Contain("password=wrong"));
        await using var right = new RedisTopicStore($"{redis.Endpoint},password=right");
        await AppendAsync(1, await OpenAsync(right));
    }

    [Test]
    public async Task A_Redis_that_is_not_there_is_told_and_can_be_tried_again()
    {
        await using var redis = RedisServer.Prepare();
        await using var store = new RedisTopicStore($"{redis.Endpoint},connectTimeout=1000");
        var refused = await Assert.ThrowsAsync<TopicStoreException>(() => OpenAsync(store));
        Assert.That((refused!.IsPermanent, refused.MayBeStored), Is.EqualTo((false, false)));
        await redis.StartAsync();
        await Deadlines.Eventually(() => CanOpen(store));
        await AppendAsync(1, store);
    }

    [TestCase("")]
    [TestCase("7")]
    [TestCase("x orders")]
    [TestCase("7 orders")]
    [TestCase("-/orders")]
    public async Task A_message_of_somebody_else_is_ignored(string payload)
    {
        Expect("not of this library");
        await Server.RunAsync("PUBLISH", $"{Harness.Prefix}:topics", payload);
        await AppendAsync(1);
        await News.ToldAsync(Orders, 1);
    }

    [Test]
    public async Task A_connection_of_the_application_is_used_and_left_open()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Server.Endpoint);
        var store = new RedisTopicStore(new RedisTopicOptions { Connection = _ => Task.FromResult<IConnectionMultiplexer>(connection), Prefix = Harness.Prefix });
        await OpenAsync(store);
        await AppendAsync(1, store);
        await store.DisposeAsync();
        Assert.That(await connection.GetDatabase().PingAsync(), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(await TextsAsync(), Has.Length.EqualTo(1));
    }

    [Test]
    public void Options_are_checked_when_the_store_is_chosen()
    {
        Assert.That(() => Use(new() { Configuration = "localhost" }), Throws.Nothing);
        Assert.That(() => Use(new()), Throws.ArgumentException);
        Assert.That(() => Use(new() { Configuration = "localhost,nonsense=1" }), Throws.ArgumentException);
        Assert.That(() => Use(new() { Configuration = "localhost", Replicas = -1 }), Throws.ArgumentException);
        Assert.That(() => Use(new() { Configuration = "localhost", Prefix = "" }), Throws.ArgumentException);
        Assert.That(() => Use(new() { Configuration = "localhost", Prefix = "a{}b" }), Throws.ArgumentException);
        Assert.That(() => Use(new() { Configuration = "localhost", Prefix = "{a}" }), Throws.Nothing);
        Assert.That(() => Use(new() { Configuration = "localhost", ResponseTimeout = TimeSpan.Zero }), Throws.ArgumentException);
        Assert.That(() => new RedisTopicStore(""), Throws.ArgumentException);

        static void Use(RedisTopicOptions options) => new TopicsOptions().UseRedis(options);
    }

    private bool CanOpen(RedisTopicStore store)
    {
        try
        {
            OpenAsync(store).GetAwaiter().GetResult();
            return true;
        }
        catch (TopicStoreException)
        {
            return false;
        }
    }

    private string[] Keys(ConnectionMultiplexer redis) =>
        [.. redis.GetServer(Server.Endpoint).Keys().Select(static key => key.ToString()).Where(key => key.StartsWith(Harness.Prefix, StringComparison.Ordinal))];
}
