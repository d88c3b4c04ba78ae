using Npgsql;
using SocketIo.TestKit;
using SocketIo.Topics;
using SocketIo.Topics.Testing;

namespace SocketIo.Postgres.Tests.Topics;

/// <summary>What is special about the store in PostgreSQL.</summary>
internal sealed class PostgresTopicStoreTests : StoreTests<PostgresHarness>
{
    // of the advisory lock that slow transactions wait for before they commit
    private const int Gate = 4711;

    [Test]
    public async Task An_event_of_a_transaction_that_commits_late_is_never_behind_a_reader()
    {
        await using var gate = await SlowTransactionsAsync();
        var (other, reader) = (await OpenAsync(), await OpenAsync());
        var slow = DoAsync(new AppendEvent(Orders, Data("slow")));
        await gate.SomebodyWaitsAsync();

        // it has its sequence, and the events that follow wait for its commit
        var quick = DoAsync(new AppendEvent(Orders, Data("quick")), other);
        await WaitingForRowAsync();
        Assert.That((await ReadAsync(store: reader)).Events, Is.Empty);
        await ExecuteAsync(reader, new AppendEvent(new("/", "others"), Data("elsewhere")));
        Assert.That((quick.IsCompleted, slow.IsCompleted), Is.EqualTo((false, false)), "other topics do not wait");

        await gate.OpenAsync();
        Assert.That((await slow).Sequence, Is.EqualTo(1));
        Assert.That((await quick).Sequence, Is.EqualTo(2));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "slow", "quick" }));
    }

    [Test]
    public async Task A_transaction_that_is_rolled_back_late_leaves_no_hole()
    {
        await using var gate = await SlowTransactionsAsync();
        var other = await OpenAsync();
        var slow = DoAsync(new AppendEvent(Orders, Data("slow")));
        var backend = await gate.SomebodyWaitsAsync();
        var quick = DoAsync(new AppendEvent(Orders, Data("quick")), other);
        await WaitingForRowAsync();

        await Harness.AskAsync($"SELECT pg_terminate_backend({backend})");
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => slow);
        Assert.That(failure!.MayBeStored, Is.False);
        Assert.That((await quick).Sequence, Is.EqualTo(1));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "quick" }));
    }

    [Test]
    public async Task Readers_that_follow_slow_and_quick_transactions_of_many_servers_miss_nothing()
    {
        const int Each = 40;
        await Harness.AskAsync("""
            CREATE FUNCTION {0}.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(random() * 0.01); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON {0}.events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {0}.dawdle();
            """);
        ITopicStore[] stores = [Store, await OpenAsync(), await OpenAsync(), await OpenAsync()];
        var reading = Task.Run(async () =>
        {
            var seen = new List<long>();
            while (seen.Count < Each * stores.Length)
                seen.AddRange((await ReadAsync(seen.Count == 0 ? 0 : seen[^1], store: stores[0])).Events.Select(static one => one.Sequence));
            return seen;
        });
        var sequences = await Task.WhenAll(stores.Select(store => Task.Run(async () =>
        {
            var own = new List<long>();
            for (var n = 0; n < Each; n++)
                own.Add((await DoAsync(new AppendEvent(Orders, Data($"{n}")), store)).Sequence);
            return own;
        }))).WithDeadline(TimeSpan.FromMinutes(1));
        Assert.That(sequences, Has.All.Ordered);
        Assert.That(await reading.WithDeadline(), Is.EqualTo(Enumerable.Range(1, Each * stores.Length)));
    }

    [Test]
    public async Task A_connection_that_breaks_is_made_again_and_news_that_may_have_been_missed_are_told()
    {
        Expect("listens to PostgreSQL was lost");
        var other = await OpenAsync();
        await AppendAsync(1);
        await TerminateAllAsync();
        await Deadlines.Eventually(() => AdvancedUntil(() => News.LostCount > 0));
        foreach (var store in new[] { Store, other })
        {
            // the first may find the connection broken; nothing was stored then
            var append = new AppendEvent(Orders, Data("a"));
            for (var attempt = 0; append.Sequence == 0; attempt++)
            {
                try
                {
                    await ExecuteAsync(store, append);
                }
                catch (TopicStoreException exception) when (attempt == 0)
                {
                    Assert.That(exception.MayBeStored, Is.False, exception.ToString());
                }
            }
        }
        Assert.That((await ReadAsync()).Kept, Is.EqualTo(new SequenceRange(1, 3)));
        await News.ToldAsync(Orders, 3);
    }

    [Test]
    public async Task Batches_that_touch_the_same_rows_in_another_order_do_not_fail()
    {
        var other = await OpenAsync();
        SubscriptionName[] names = [.. Enumerable.Range(0, 20).Select(static n => new SubscriptionName(new("/", $"{n}"), "ann"))];
        await Task.WhenAll(new[] { (Store, names), (other, names.Reverse()) }.Select(async pair =>
        {
            for (var round = 0; round < 20; round++)
            {
                await ExecuteAsync(pair.Item1,
                [
                    .. pair.Item2.Select(static name => new AppendEvent(name.Topic, Data("x"))),
                    .. pair.Item2.Select(name => new MoveCursor(name, round)),
                    .. pair.Item2.Select(static name => new AttachSubscriber(name, "a", default, false)),
                    .. pair.Item2.Select(name => new DetachSubscriber(name, "a", round)),
                ]);
            }
        })).WithDeadline(TimeSpan.FromMinutes(1));
        Assert.That((await ReadAsync(topic: names[3].Topic)).Kept.Last, Is.EqualTo(40));
    }

    [Test]
    public async Task A_database_whose_transactions_are_serializable_by_default_does_as_well()
    {
        ITopicStore[] stores = [.. Enumerable.Range(0, 2).Select(_ => new PostgresTopicStore(new PostgresTopicOptions
        {
            ConnectionString = Database.Server.ConnectionString + ";Options=-c default_transaction_isolation=serializable",
            Schema = Harness.Schema,
        }))];
        foreach (var store in stores)
            await OpenAsync(store);
        await Task.WhenAll(stores.Select(async store =>
        {
            for (var n = 0; n < 50; n++)
                await AppendAsync(1, store);
        })).WithDeadline();
        Assert.That((await ReadAsync()).Kept.Last, Is.EqualTo(100));
    }

    [Test]
    public async Task Servers_that_start_at_once_make_the_schema_once()
    {
        await Harness.AskAsync("DROP SCHEMA {0} CASCADE");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => OpenAsync())));
        await AppendAsync(1);
    }

    [Test]
    public async Task A_schema_that_an_administrator_has_made_is_used()
    {
        await Harness.AskAsync("DROP SCHEMA {0} CASCADE; CREATE SCHEMA {0}");
        await AppendAsync(1, await OpenAsync());
    }

    [Test]
    public async Task A_schema_of_a_newer_version_is_refused()
    {
        await Harness.AskAsync("UPDATE {0}.version SET version = 1000");
        var refused = await Assert.ThrowsAsync<TopicStoreException>(() => OpenAsync());
        Assert.That(refused!.IsPermanent);
        Assert.That(refused.Message, Does.Contain("1000"));
    }

    [Test]
    public async Task A_server_that_is_not_there_is_told_and_can_be_tried_again()
    {
        await using var store = new PostgresTopicStore($"Host=127.0.0.1;Port={FreePorts.Take(1)[0]};Username=test;Timeout=2");
        var refused = await Assert.ThrowsAsync<TopicStoreException>(() => OpenAsync(store));
        Assert.That((refused!.IsPermanent, refused.MayBeStored), Is.EqualTo((false, false)));
    }

    [Test]
    public async Task One_batch_for_many_topics_with_long_names_is_told_whole()
    {
        TopicName[] topics = [.. Enumerable.Range(0, 300).Select(static n => new TopicName("/" + new string('é', 200), $"{n}" + new string('\u0001', 200)))];
        await ExecuteAsync([.. topics.Select(static topic => new AppendEvent(topic, Data("x")))]);
        foreach (var topic in topics)
            await News.ToldAsync(topic, 1);
    }

    [TestCase("orders")]
    [TestCase("o'r\"d\\%é\u0001\ud83d\ude00]],")]
    public async Task A_batch_for_one_topic_is_told_whatever_its_name(string name)
    {
        var (topic, news) = (new TopicName("/" + name, name), new NewsRecorder());
        await OpenAsync(news);
        await ExecuteAsync([.. Enumerable.Range(0, 40).Select(_ => new AppendEvent(topic, Data("x")))]);
        await news.ToldAsync(topic, 40);
        await ExecuteAsync([.. Enumerable.Range(0, 2).Select(_ => new AppendEvent(topic, Data("x")))]);
        await news.ToldAsync(topic, 42);
    }

    [Test]
    public async Task Batches_for_one_topic_and_for_several_count_alike()
    {
        var clock = Clock.GetUtcNow();
        await ExecuteAsync(Append("1"), Append("22"));
        await ExecuteAsync(Append("333"), new AppendEvent(new("/", "others"), Data("x")), Append("4"));
        Clock.Advance(-TimeSpan.FromHours(1));
        await ExecuteAsync(Append("5"), Append("6"));
        await ExecuteAsync(Append("7"), new AppendEvent(new("/", "others"), Data("x")));
        Clock.Advance(TimeSpan.FromHours(2));
        await ExecuteAsync(Append("8"));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "1", "22", "333", "4", "5", "6", "7", "8" }));
        Assert.That((await ReadAsync()).Events.Select(one => (one.At - clock).TotalHours), Is.EqualTo(new[] { 0, 0, 0, 0, -1, -1, -1, 1 }));

        // of each event what its size makes of the total, and by how many hours it is earlier than the latest before it
        var counted = await Harness.AskAsync("""
            SELECT string_agg(total - before - octet_length(json) || ' ' || behind / 3600000, ', ' ORDER BY sequence)
            FROM (SELECT e.*, lag(e.total, 1, 0::bigint) OVER (ORDER BY e.sequence) AS before
                  FROM {0}.events e JOIN {0}.topics t ON t.id = e.topic WHERE t.name = 'orders') AS events
            """);
        Assert.That(counted, Is.EqualTo("64 0, 64 0, 64 0, 64 0, 64 1, 64 1, 64 1, 64 0"));

        AppendEvent Append(string text) => new(Orders, Data(text));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("[[1,2,3]]")]
    [TestCase("[[\"/\",\"orders\"]]")]
    [TestCase("[\"x\"]")]
    [TestCase("[[\"/\",\"orders\",1.5]]")]
    public async Task A_notification_of_somebody_else_is_ignored(string payload)
    {
        Expect("not of this library");
        await using var source = NpgsqlDataSource.Create(Database.Server.ConnectionString);
        await using var command = source.CreateCommand("SELECT pg_notify($1, $2)");
        command.Parameters.AddWithValue(Harness.Schema);
        command.Parameters.AddWithValue(payload);
        await command.ExecuteNonQueryAsync();
        await AppendAsync(1);
        await News.ToldAsync(Orders, 1);
    }

    [Test]
    public async Task Cursors_alone_do_not_wait_for_the_disk_and_events_do()
    {
        await Harness.AskAsync("""
            CREATE TABLE {0}.seen (what text, synchronous text);
            CREATE FUNCTION {0}.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO {0}.seen VALUES (TG_TABLE_NAME, current_setting('synchronous_commit')); RETURN NULL; END $$;
            CREATE TRIGGER see AFTER INSERT ON {0}.events FOR EACH ROW EXECUTE FUNCTION {0}.see();
            CREATE TRIGGER see AFTER UPDATE ON {0}.subscriptions FOR EACH ROW EXECUTE FUNCTION {0}.see();
            """);
        await AttachAsync(start: TopicStart.Beginning);
        await AppendAsync(3);
        await ExecuteAsync(new MoveCursor(Ann, 1));
        await ExecuteAsync(new MoveCursor(Ann, 2), new AppendEvent(Orders, Data("x")));
        Assert.That(await Harness.AskAsync("SELECT string_agg(what || ' ' || synchronous, ', ') FROM {0}.seen"), Is.EqualTo(
            "subscriptions off, events on, events on, events on, subscriptions off, events on, subscriptions on"));
    }

    [Test]
    public async Task A_data_source_of_the_application_is_used_and_left_open()
    {
        await using var source = NpgsqlDataSource.Create(Database.Server.ConnectionString);
        var store = new PostgresTopicStore(new PostgresTopicOptions { DataSource = source, Schema = Harness.Schema });
        await OpenAsync(store);
        await AppendAsync(1, store);
        await store.DisposeAsync();
        await using var command = source.CreateCommand("SELECT 1");
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(1));
    }

    [Test]
    public void A_schema_must_be_a_name_that_PostgreSQL_takes_as_it_is()
    {
        Assert.That(() => NewStore(new string('é', 32)), Throws.ArgumentException);
        Assert.That(() => NewStore(new string('x', 63)), Throws.Nothing);
        Assert.That(() => NewStore("pg_topics"), Throws.ArgumentException);
        Assert.That(() => NewStore(" "), Throws.ArgumentException);
        Assert.That(() => new PostgresTopicStore(""), Throws.ArgumentException);

        static object NewStore(string schema) => new PostgresTopicStore(new PostgresTopicOptions { ConnectionString = "Host=x", Schema = schema });
    }

    [Test]
    public async Task A_pool_that_is_too_small_to_read_beside_writing_and_listening_is_refused()
    {
        Assert.That(() => new PostgresTopicStore("Host=x;Maximum Pool Size=2"), Throws.ArgumentException.With.Message.Contains("Maximum Pool Size must be 3 at least, and is 2"));
        await using var source = NpgsqlDataSource.Create("Host=x;Maximum Pool Size=1");
        Assert.That(() => new PostgresTopicStore(new PostgresTopicOptions { DataSource = source }), Throws.ArgumentException);
        Assert.That(() => new PostgresTopicStore("Host=x;Maximum Pool Size=2;Pooling=false"), Throws.Nothing);
        await using var store = new PostgresTopicStore(new PostgresTopicOptions
        {
            ConnectionString = Database.Server.ConnectionString + ";Maximum Pool Size=3",
            Schema = Harness.Schema,
        });
        await OpenAsync(store);
        await AppendAsync(3, store);
        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReadAsync(store: store)));
        Assert.That(pages.Select(static page => page.Events.Count), Has.All.EqualTo(3));
    }

    /// <summary>From now on a transaction with an event "slow" waits before its commit, when all its statements are done.</summary>
    private async Task<SlowGate> SlowTransactionsAsync()
    {
        await Harness.AskAsync($$"""
            CREATE FUNCTION {0}.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF convert_from(NEW.json, 'UTF8') LIKE '%slow%' THEN PERFORM pg_advisory_xact_lock({{Gate}}); END IF; RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON {0}.events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {0}.wait();
            """);
        return await SlowGate.CloseAsync(Gate);
    }

    private static async Task WaitingForRowAsync() =>
        await SlowGate.UntilAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple')", 1);

    private Task<object?> TerminateAllAsync() => Harness.AskAsync(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");

    private bool AdvancedUntil(Func<bool> condition)
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        return condition();
    }
}
