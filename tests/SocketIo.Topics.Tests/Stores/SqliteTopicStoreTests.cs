using Microsoft.Data.Sqlite;
using SocketIo.Sqlite;
using SocketIo.Topics.Testing;

namespace SocketIo.Topics.Tests.Stores;

/// <summary>What is special about the store in a file.</summary>
internal sealed class SqliteTopicStoreTests : StoreTests<SqliteHarness>
{
    [Test]
    public async Task A_file_that_another_store_has_open_is_refused_until_that_is_closed()
    {
        await using var second = new SqliteTopicStore(Harness.File);
        var refused = await Assert.ThrowsAsync<TopicStoreException>(async () => await OpenAsync(second));
        Assert.That((refused!.IsPermanent, refused.MayBeStored), Is.EqualTo((false, false)));
        Assert.That(refused.Message, Does.Contain(Harness.File));
        await AppendAsync("a");
        await Store.DisposeAsync();
        await OpenAsync(second);
        Assert.That((await ReadAsync(store: second)).Events.Select(TextOf), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task A_database_of_something_else_is_left_alone()
    {
        var file = Harness.File + "2";
        using (var connection = Connect(file))
            Run(connection, "CREATE TABLE mine (x); INSERT INTO mine VALUES (1)");
        var before = await File.ReadAllBytesAsync(file);
        await using var store = new SqliteTopicStore(file);
        var refused = await Assert.ThrowsAsync<TopicStoreException>(async () => await OpenAsync(store));
        Assert.That(refused!.IsPermanent);
        Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(before));
    }

    [Test]
    public async Task A_file_that_is_no_database_is_left_alone()
    {
        var file = Harness.File + "2";
        await File.WriteAllTextAsync(file, new string('x', 5000));
        await using var store = new SqliteTopicStore(file);
        var refused = await Assert.ThrowsAsync<TopicStoreException>(async () => await OpenAsync(store));
        Assert.That(refused!.IsPermanent);
        Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo(new string('x', 5000)));
    }

    [Test]
    public async Task A_file_of_a_newer_version_is_refused()
    {
        await Store.DisposeAsync();
        using (var connection = Connect(Harness.File))
            Run(connection, "PRAGMA user_version = 1000");
        await using var store = new SqliteTopicStore(Harness.File);
        var refused = await Assert.ThrowsAsync<TopicStoreException>(async () => await OpenAsync(store));
        Assert.That(refused!.IsPermanent);
        Assert.That(refused.Message, Does.Contain("1000"));
    }

    [Test]
    public async Task A_folder_that_does_not_exist_is_told_and_can_be_tried_again()
    {
        var folder = Harness.File + ".d";
        await using var store = new SqliteTopicStore(Path.Combine(folder, "events.db"));
        var refused = await Assert.ThrowsAsync<TopicStoreException>(async () => await OpenAsync(store));
        Assert.That(refused!.IsPermanent, Is.False);
        Directory.CreateDirectory(folder);
        await OpenAsync(store);
        await AppendAsync(1, store);
    }

    [Test]
    public async Task While_another_program_has_the_file_locked_the_store_is_away_and_nothing_is_stored_twice()
    {
        await AppendAsync("a");
        using var connection = Connect(Harness.File);
        Run(connection, "BEGIN IMMEDIATE");
        var append = new AppendEvent(Orders, Data("b"));
        var refused = await Assert.ThrowsAsync<TopicStoreException>(() => ExecuteAsync(append));
        Assert.That((refused!.IsPermanent, refused.MayBeStored), Is.EqualTo((false, false)));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "a" }), "reading goes on");

        Run(connection, "ROLLBACK");
        await ExecuteAsync(append);
        Assert.That(append.Sequence, Is.EqualTo(2));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Whoever_looks_into_the_file_keeps_nobody_waiting()
    {
        await AppendAsync("a");
        using var connection = Connect(Harness.File);
        Run(connection, "BEGIN; SELECT count(*) FROM events");
        await AppendAsync("b");
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "a", "b" }));
        Run(connection, "COMMIT");
    }

    [Test]
    public async Task A_batch_that_fails_leaves_nothing_and_the_sequences_without_a_hole()
    {
        await AppendAsync("a");
        using (var connection = Connect(Harness.File))
            Run(connection, "CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.sequence = 4 BEGIN SELECT raise(ABORT, 'poison'); END");
        await Assert.ThrowsAsync<TopicStoreException>(() => AppendAsync(5));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "a" }));
        using (var connection = Connect(Harness.File))
            Run(connection, "DROP TRIGGER poison");
        await AppendAsync("b", "c");
        Assert.That((await ReadAsync()).Events.Select(static one => (one.Sequence, TextOf(one))), Is.EqualTo(new[] { (1L, "a"), (2L, "b"), (3L, "c") }));
    }

    [TestCase(SqliteSynchronous.Full, SqliteSynchronous.Normal)]
    [TestCase(SqliteSynchronous.Normal, SqliteSynchronous.Normal)]
    [TestCase(SqliteSynchronous.Off, SqliteSynchronous.Off)]
    public void Events_are_on_disk_before_they_are_stored_and_cursors_need_not_be(SqliteSynchronous option, SqliteSynchronous ofCursors)
    {
        using var file = SqliteFile.Open(new SqliteTopicOptions { Path = Harness.File + "2" });
        using var writer = new BatchWriter(file.Connect(), option);
        TopicOperation[] relaxed = [new MoveCursor(Ann, 1), new AttachSubscriber(Ann, "a", default, false), new TrimTopic(Orders)];
        TopicOperation[] durable = [new AppendEvent(Orders, Data("a")), new RemoveSubscription(Ann)];
        foreach (var first in durable)
        {
            Assert.That(SynchronousFor(first), Is.EqualTo(option));
            Assert.That(relaxed.Select(SynchronousFor), Has.All.EqualTo(ofCursors));
        }

        SqliteSynchronous SynchronousFor(TopicOperation operation)
        {
            var batch = new TopicBatch(Clock.GetUtcNow());
            batch.Add(operation);
            writer.Execute(batch);
            return writer.Synchronous;
        }
    }

    [Test]
    public async Task On_a_full_disk_nothing_that_was_stored_is_lost_and_storing_goes_on_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(megabytes: 6);
        var ballast = Path.Combine(disk.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[3_000_000]);
        await using var store = new SqliteTopicStore(Path.Combine(disk.Path, "events.db"));
        await OpenAsync(store);

        var stored = 0;
        var full = await Assert.ThrowsAsync<TopicStoreException>(async () =>
        {
            for (; stored < 1000; stored++)
                await ExecuteAsync(store, new AppendEvent(Orders, Data($"{stored}" + new string('x', 20_000))));
        });
        Assert.That((full!.IsPermanent, full.MayBeStored), Is.EqualTo((false, false)), full.Message);
        Assert.That(stored, Is.InRange(10, 999));
        Assert.That((await ReadAsync(store: store)).Kept, Is.EqualTo(new SequenceRange(1, stored)));

        File.Delete(ballast);
        await AppendAsync(1, store);
        await store.DisposeAsync();
        await using var again = new SqliteTopicStore(Path.Combine(disk.Path, "events.db"));
        await OpenAsync(again);
        var page = await ReadAsync(store: again);
        Assert.That(page.Events.Select(static one => one.Sequence), Is.EqualTo(Enumerable.Range(1, stored + 1)));
        Assert.That(page.Events.Take(stored).Select(TextOf), Is.EqualTo(Enumerable.Range(0, stored).Select(static n => $"{n}" + new string('x', 20_000))));
    }

    [Test]
    public async Task Many_topics_do_not_mix_when_more_are_used_than_are_kept_in_memory()
    {
        const int Topics = 12_000;
        for (var round = 0; round < 2; round++)
            await ExecuteAsync([.. Enumerable.Range(0, Topics).Select(n => new AppendEvent(new("/", $"user:{n}"), Data($"{n} {round}")))]);
        foreach (var n in new[] { 0, 1, 9_999, 10_000, Topics - 1 })
        {
            var page = await ReadAsync(topic: new("/", $"user:{n}"));
            Assert.That(page.Events.Select(TextOf), Is.EqualTo(new[] { $"{n} 0", $"{n} 1" }));
        }
    }

    [Test]
    public async Task While_the_file_is_deleted_nothing_is_taken_for_stored_and_it_goes_on_when_the_file_is_back()
    {
        await AppendAsync("a");
        File.Move(Harness.File, Harness.File + "-moved");
        var gone = await Assert.ThrowsAsync<TopicStoreException>(() => AppendAsync("b"));
        Assert.That((gone!.Message, gone.MayBeStored, gone.IsPermanent), Is.EqualTo(($"The file {Harness.File} has been deleted or moved while it was open: put it back, or start the server anew.", false, false)));
        Assert.That((await Assert.ThrowsAsync<TopicStoreException>(() => Store.CheckAsync(default).AsTask()))!.Message, Is.EqualTo(gone.Message));
        File.Move(Harness.File + "-moved", Harness.File);
        await AppendAsync("c");
        await Store.CheckAsync(default);
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "a", "c" }));
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase(":memory:")]
    [TestCase("file:events.db?mode=memory")]
    public void A_path_must_be_that_of_a_file(string path) => Assert.That(() => new SqliteTopicStore(path), Throws.ArgumentException);

    [Test]
    public void Options_out_of_their_range_are_refused()
    {
        Assert.That(() => new SqliteTopicStore(new SqliteTopicOptions { Path = "x", Readers = 0 }), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new SqliteTopicStore(new SqliteTopicOptions { Path = "x", BusyTimeout = TimeSpan.Zero }), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new SqliteTopicStore(new SqliteTopicOptions { Path = "x", Synchronous = (SqliteSynchronous)9 }), Throws.InstanceOf<ArgumentException>());
    }

    private static SqliteConnection Connect(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
