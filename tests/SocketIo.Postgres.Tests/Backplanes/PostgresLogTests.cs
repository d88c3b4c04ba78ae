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

    [Test]
    public async Task A_session_ends_when_its_time_is_over()
    {
        var one = await StartAsync();
        await one.Root.Log!.SaveAsync(new StoredSession { Pid = "short", SocketId = "s" }, TimeSpan.FromMilliseconds(1), default);
        await Deadlines.Eventually(() => one.Root.Log.TakeAsync("short", default).AsTask().GetAwaiter().GetResult() is null);
        Assert.That(await one.Root.Log.TakeAsync("a\0b", default), Is.Null);
    }

    private async Task<TestNode> StartAsync(Action<PostgresOptions>? configure = null)
    {
        var node = new TestNode(_backplanes.Create(configure));
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

    private static async Task NotifyAsync(string payload)
    {
        await using var connection = new NpgsqlConnection(Database.Server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_notify('c1#/', $1)", connection) { Parameters = { new NpgsqlParameter { Value = payload } } };
        await command.ExecuteScalarAsync();
    }
}
