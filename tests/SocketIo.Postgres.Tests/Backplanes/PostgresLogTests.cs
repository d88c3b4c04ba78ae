using System.Globalization;
using Npgsql;
using SocketIo.Cluster;
using SocketIo.Cluster.Testing;
using SocketIo.TestKit;

namespace SocketIo.Postgres.Tests.Backplanes;

/// <summary>When clients can recover from the log, and when they must not.</summary>
public class PostgresLogTests
{
    private readonly List<TestNode> _nodes = [];
    private readonly LogSink _log = new();
    private RelayedBackplanes _backplanes = null!;

    [SetUp]
    public void Begin()
    {
        _backplanes = new RelayedBackplanes(Database.Server, _log, recovery: true);
        _backplanes.Begin();
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
        _backplanes.Close();
    }

    [Test]
    public async Task Over_a_broadcast_of_a_node_that_keeps_none_nothing_is_recovered_on_any_node()
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var socket = await two.Root.ConnectAsync();
        one.Root.Emit("[\"kept\"]");
        await Deadlines.Eventually(() => socket.EventCount == 1);
        await NotifyAsync("""{"type":3,"data":{"packet":{"type":2,"data":["foreign"]},"opts":{"rooms":[],"except":[],"flags":{}}},"uid":"0123456789abcdef","nsp":"/"}""");
        await Deadlines.Eventually(() => socket.EventCount == 2 && one.Root.Gaps == 1 && two.Root.Gaps == 1);
        await Deadlines.Eventually(() => ReadsAsync(two, socket.Messages[0].Offset!).GetAwaiter().GetResult() is null);
        // nor on one that has not heard it
        Assert.That(await ReadsAsync(await StartAsync(), socket.Messages[0].Offset!), Is.Null);
        // what comes later is recovered again
        one.Root.Emit("[\"kept again\"]");
        one.Root.Emit("[\"last\"]");
        await Deadlines.Eventually(() => socket.EventCount == 4);
        Assert.That(await ReadsAsync(two, socket.Messages[2].Offset!), Is.EqualTo(1));
    }

    [TestCase("""{"type":3,"data":{"packet":{"type":2,"data":["v"]},"opts":{"rooms":[],"except":[],"flags":{"volatile":true}}},"uid":"0123456789abcdef","nsp":"/"}""")]
    [TestCase("""{"type":9,"data":{"packet":["note"]},"uid":"0123456789abcdef","nsp":"/"}""")]
    public async Task What_is_not_to_be_recovered_is_not_missing(string foreign)
    {
        var one = await StartAsync();
        var socket = await one.Root.ConnectAsync();
        one.Root.Emit("[\"kept\"]");
        await Deadlines.Eventually(() => socket.EventCount == 1);
        await NotifyAsync(foreign);
        one.Root.Emit("[\"last\"]");
        await Deadlines.Eventually(() => socket.Events.LastOrDefault() == "[\"last\"]");
        Assert.That(await ReadsAsync(one, socket.Messages[0].Offset!), Is.EqualTo(1));
        Assert.That(one.Root.Gaps, Is.Zero);
    }

    [Test]
    public async Task What_was_deleted_cannot_be_recovered_and_what_a_client_has_got_need_not_be_there()
    {
        var one = await StartAsync(options => (options.CleanupInterval, options.LogDuration, options.LogTable) =
            (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), "short_log"));
        var socket = await one.Root.ConnectAsync();
        one.Root.Emit("[\"first\"]");
        one.Root.Emit("[\"last\"]");
        await Deadlines.Eventually(() => socket.EventCount == 2);
        await Deadlines.Eventually(() => ReadsAsync(one, socket.Messages[0].Offset!).GetAwaiter().GetResult() is null);
        Assert.That(await ReadsAsync(one, socket.Messages[1].Offset!), Is.Zero);
        Assert.That(await one.Root.Log!.GetNewestAsync(default), Is.EqualTo(socket.Messages[1].Offset));
        Assert.That(await ReadsAsync(one, "0"), Is.Null);
    }

    [TestCase("9223372036854775807")]
    [TestCase("1000000")]
    public async Task A_place_that_never_was_cannot_be_recovered_from(string offset) => Assert.That(await ReadsAsync(await StartAsync(), offset), Is.Null);

    [TestCase("""{"offset":9223372036854775807}""")]
    [TestCase("""{"offset":"9223372036854775807"}""")]
    [TestCase("""{"type":3,"data":{"packet":{"type":2,"data":["forged"]},"opts":{"rooms":[],"except":[],"flags":{}}},"uid":"0123456789abcdef","nsp":"/","offset":4611686018427387904}""")]
    [TestCase("""{"uid":"0123456789abcdef","attachmentId":4611686018427387904,"offset":4611686018427387904}""")]
    public async Task A_place_that_the_log_does_not_have_is_not_believed(string forged)
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var socket = await two.Root.ConnectAsync();
        one.Root.Emit("[\"first\"]");
        await Deadlines.Eventually(() => socket.EventCount == 1);
        await NotifyAsync(forged);
        one.Root.Emit("[\"last\"]");
        await Deadlines.Eventually(() => socket.Events.LastOrDefault() == "[\"last\"]");
        Assert.That(socket.EventCount, Is.EqualTo(2));
        Assert.That(await ReadsAsync(two, socket.Messages[0].Offset!), Is.EqualTo(1));
        Assert.That((one.Root.Gaps, two.Root.Gaps), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task The_one_whose_place_was_taken_by_another_arrives_and_clients_are_told()
    {
        var one = await StartAsync();
        var socket = await one.Root.ConnectAsync();
        one.Root.Emit("[\"first\"]");
        await Deadlines.Eventually(() => socket.EventCount == 1);
        var next = long.Parse(socket.Messages[0].Offset!, CultureInfo.InvariantCulture) + 1;
        await NotifyAsync("""{"type":3,"data":{"packet":{"type":2,"data":["forged"]},"opts":{"rooms":[],"except":[],"flags":{}}},"uid":"0123456789abcdef","nsp":"/","offset":""" + $"{next}}}");
        await Deadlines.Eventually(() => socket.EventCount == 2);
        one.Root.Emit("[\"true\"]");
        await Deadlines.Eventually(() => socket.Events.LastOrDefault() == "[\"true\"]");
        Assert.That(one.Root.Gaps, Is.EqualTo(1));
    }

    [Test]
    public async Task One_that_is_repeated_or_changed_later_is_nothing_new([Values] bool isLarge, [Values] bool isChanged)
    {
        var one = await StartAsync();
        var socket = await one.Root.ConnectAsync();
        await using var listener = new NpgsqlConnection(Database.Server.ConnectionString);
        await listener.OpenAsync();
        await using (var listen = new NpgsqlCommand("LISTEN \"c1#/\"", listener))
            await listen.ExecuteNonQueryAsync();
        string? text = null;
        listener.Notification += (_, notification) => text ??= notification.Payload.Contains("offset", StringComparison.Ordinal) ? notification.Payload : null;
        one.Root.Emit($"[\"first\",\"{new string('x', isLarge ? 10_000 : 10)}\"]");
        while (text is null)
            await listener.WaitAsync().WithDeadline();
        one.Root.Emit("[\"second\"]");
        await Deadlines.Eventually(() => socket.EventCount == 2);
        for (var n = 0; n < 3; n++)
            await NotifyAsync(isChanged && !isLarge ? text.Replace("first", "other", StringComparison.Ordinal) : text);
        one.Root.Emit("[\"last\"]");
        await Deadlines.Eventually(() => socket.Events.LastOrDefault() == "[\"last\"]");
        Assert.That((socket.EventCount, one.Root.Gaps), Is.EqualTo((3, 0)));
    }

    [Test]
    public async Task A_log_that_was_lost_or_put_back_is_a_gap_and_broadcasts_go_on()
    {
        await using var server = await PostgresServer.StartAsync();
        foreach (var text in new[] { "is away", "was closed", "Failed to connect", "terminat" })
            _log.Expect(text);
        var backplanes = new RelayedBackplanes(server, _log, recovery: true);
        var (one, two) = (await StartAsync(backplanes.Create()), await StartAsync(backplanes.Create()));
        var socket = await two.Root.ConnectAsync();
        for (var i = 0; i < 10; i++)
            one.Root.Emit("[\"before\"]");
        await Deadlines.Eventually(() => socket.EventCount == 10);
        await RunAsync(server, "TRUNCATE socket_io_log, socket_io_log_cuts; ALTER SEQUENCE socket_io_log_ids RESTART");
        await server.KillAsync();
        await server.StartAsync();
        await Deadlines.Eventually(() => one.Root.Gaps == 1 && two.Root.Gaps == 1);
        one.Root.Emit("[\"after\"]");
        await Deadlines.Eventually(() => socket.Events.LastOrDefault() == "[\"after\"]");
        Assert.That(socket.EventCount, Is.EqualTo(11));
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
        backplanes.Close();
    }

    [Test]
    public async Task A_session_ends_when_its_time_is_over()
    {
        var one = await StartAsync();
        await one.Root.Log!.SaveAsync(new StoredSession { Pid = "short", SocketId = "s" }, TimeSpan.FromMilliseconds(1), default);
        await Deadlines.Eventually(() => one.Root.Log.TakeAsync("short", default).AsTask().GetAwaiter().GetResult() is null);
        Assert.That(await one.Root.Log.TakeAsync("a\0b", default), Is.Null);
    }

    private Task<TestNode> StartAsync(Action<PostgresOptions>? configure = null) => StartAsync(_backplanes.Create(configure));

    private async Task<TestNode> StartAsync(Backplane backplane)
    {
        var node = new TestNode(backplane);
        _nodes.Add(node);
        await node.StartAsync().AsTask().WithDeadline();
        await node.Root.WhenOpen.WithDeadline();
        return node;
    }

    // how many broadcasts; null when some are not there
    private static async Task<int?> ReadsAsync(TestNode node, string after)
    {
        try
        {
            var count = 0;
            await foreach (var _ in node.Root.Log!.ReadAsync(after, default))
                count++;
            return count;
        }
        catch (EntryGoneException)
        {
            return null;
        }
    }

    private static Task NotifyAsync(string payload) => RunAsync(Database.Server, "SELECT pg_notify('c1#/', $1)", new NpgsqlParameter { Value = payload });

    private static async Task RunAsync(PostgresServer server, string sql, params NpgsqlParameter[] parameters)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync();
    }
}
