using System.Text;
using Npgsql;
using SocketIo.Cluster;
using SocketIo.Cluster.Sessions;
using SocketIo.Cluster.Testing;
using SocketIo.Postgres.Backplanes;
using SocketIo.TestKit;

namespace SocketIo.Postgres.Tests.Backplanes;

/// <summary>What is special with PostgreSQL: names, sizes, equal notifications, tables.</summary>
[TestFixture(false)]
[TestFixture(true)]
public class PostgresBackplaneTests(bool recovery)
{
    private readonly List<TestNode> _nodes = [];
    private readonly LogSink _nodeLog = new(); // what is sent here may well be worth a warning
    private readonly LogSink _log = new();
    private RelayedBackplanes _backplanes = null!;

    // table names that the other fixture does not have
    private string Tables { get; } = $"t{(recovery ? "r" : "p")}_{Guid.NewGuid():N}"[..12];

    [SetUp]
    public void Begin()
    {
        _backplanes = new RelayedBackplanes(Database.Server, _log, recovery);
        _backplanes.Begin();
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
        _backplanes.Close();
        _log.AssertNothingUnexpected();
    }

    [TestCase("/\"; DROP TABLE socket_io_attachments; --")]
    [TestCase("/'$1{}%s\\")]
    [TestCase("/ümlaut-und-😀")]
    public async Task A_name_is_a_name_and_no_SQL(string name)
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var socket = await two.Of(name).ConnectAsync();
        await Task.WhenAll(one.Of(name).WhenOpen, two.Of(name).WhenOpen).WithDeadline();
        one.Of(name).Emit("[\"e\"]");
        await GetsAsync(socket, "[\"e\"]");
    }

    [Test]
    public async Task A_namespace_whose_channel_has_63_bytes_is_shared_and_one_with_64_stays_local_and_is_logged()
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var fits = "/" + new string('x', 63 - "c1#/".Length);
        foreach (var name in new[] { fits, fits + "x" })
        {
            await Task.WhenAll(one.Of(name).WhenOpen, two.Of(name).WhenOpen).WithDeadline();
            var (own, other) = (await one.Of(name).ConnectAsync(), await two.Of(name).ConnectAsync());
            one.Of(name).Emit("[\"e\"]", flags: new() { IsVolatile = true });
            await GetsAsync(own, "[\"e\"]");
            if (name == fits)
                await GetsAsync(other, "[\"e\"]");
        }
        Assert.That(_nodeLog.Entries.Count(entry => entry.Message.Contains("63 bytes", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task What_just_fits_into_a_notification_and_what_just_does_not_arrive(int more)
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var socket = await two.Root.ConnectAsync();
        // with a log the place in it is written behind
        foreach (var room in new[] { 0, 32 })
        {
            var text = new string('x', 7_999 - room - LengthAround(one) + more);
            one.Root.Emit($"[\"{text}\"]");
            await GetsAsync(socket, $"[\"{text}\"]");
        }
    }

    [Test]
    public async Task Equal_events_that_are_sent_together_all_arrive()
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var socket = await two.Root.ConnectAsync();
        var sent = "112231222".Select(number => $"[\"e\",{number}]").Append($"[\"{new string('x', 9_000)}\"]").ToArray();
        foreach (var json in (string[])[.. sent, .. sent])
            one.Root.Emit(json);
        await Deadlines.Eventually(() => socket.EventCount == 2 * sent.Length);
        Assert.That(socket.Events, Is.EqualTo((string[])[.. sent, .. sent]));
    }

    [Test]
    public async Task Large_and_small_events_and_changes_of_rooms_keep_their_order()
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var socket = await two.Root.ConnectAsync();
        var large = new string('x', 100_000);
        var sent = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            var room = $"r{i}";
            _ = one.Root.SocketsJoinAsync([], room);
            sent.Add($"[\"{(i % 2 == 0 ? large : "small")}\",{i}]");
            one.Root.Emit(sent[^1], [room]);
        }
        await Deadlines.Eventually(() => socket.EventCount == sent.Count);
        Assert.That(socket.Events, Is.EqualTo(sent));
    }

    [Test]
    public async Task What_the_network_held_back_does_not_arrive_behind_what_was_sent_later()
    {
        _log.Expect("PostgreSQL is away");
        var (one, two) = (await StartAsync(options => options.ResponseTimeout = TimeSpan.FromSeconds(1)), await StartAsync());
        var socket = await two.Root.ConnectAsync();
        var held = _backplanes.Of(one.Backplane).Hold();
        one.Root.Emit("[\"e\",1]");
        await Deadlines.Eventually(() => !one.Backplane.State.IsConnected);
        await Deadlines.Eventually(() => one.Backplane.State.IsConnected);
        one.Root.Emit("[\"e\",2]");
        await GetsAsync(socket, "[\"e\",2]");
        await held.ReleaseAsync();
        one.Root.Emit("[\"e\",3]");
        await GetsAsync(socket, "[\"e\",3]");
        Assert.That(socket.Events, Is.EqualTo(recovery ? new[] { "[\"e\",1]", "[\"e\",2]", "[\"e\",3]" } : ["[\"e\",2]", "[\"e\",3]"]));
    }

    [Test]
    public async Task What_an_emitter_in_JavaScript_sends_without_a_namespace_arrives()
    {
        var two = await StartAsync();
        var socket = await two.Root.ConnectAsync();
        await NotifyAsync("""{"type":3,"data":{"packet":{"type":2,"data":["e",1,"x"],"nsp":"/"},"opts":{"rooms":[],"flags":{},"except":[]}},"uid":"emitter"}""");
        await GetsAsync(socket, "[\"e\",1,\"x\"]");
    }

    [TestCase("x")]
    [TestCase("[]")]
    [TestCase("{\"uid\":\"u\",\"type\":3,\"attachmentId\":\"999999\"}")]
    [TestCase("{\"uid\":\"u\",\"type\":3,\"attachmentId\":{\"a\":1}}")]
    [TestCase("{\"uid\":1,\"type\":\"x\"}")]
    public async Task What_cannot_be_read_is_counted_and_the_next_message_arrives(string payload)
    {
        var (one, two) = (await StartAsync(), await StartAsync());
        var socket = await two.Root.ConnectAsync();
        await NotifyAsync(payload);
        one.Root.Emit("[\"e\"]");
        await GetsAsync(socket, "[\"e\"]");
        Assert.That(two.Counter("socketio.cluster.messages.malformed"), Is.EqualTo(1));
    }

    [Test]
    public async Task Old_attachments_are_deleted()
    {
        var one = await StartAsync(options => options.CleanupInterval = TimeSpan.FromSeconds(1));
        one.Root.Emit($"[\"{new string('x', 10_000)}\"]");
        await Deadlines.Eventually(() => CountAsync(Tables).GetAwaiter().GetResult() > 0);
        await Deadlines.Eventually(() => CountAsync(Tables).GetAwaiter().GetResult() == 0);
    }

    [Test]
    public async Task A_missing_table_that_is_not_to_be_made_keeps_the_server_from_starting()
    {
        var node = Create(options => options.CreateTables = false);
        var fault = await Assert.ThrowsAsync<BackplaneRefusedException>(() => node.StartAsync().AsTask().WithDeadline());
        Assert.That(fault!.Message, Does.Contain(Tables));
    }

    [Test]
    public async Task An_application_s_source_of_connections_is_used_and_not_disposed()
    {
        await using var source = NpgsqlDataSource.Create(Database.Server.ConnectionString);
        var (one, two) = (await StartAsync(UseSource), await StartAsync(UseSource));
        var socket = await two.Root.ConnectAsync();
        one.Root.Emit("[\"e\"]");
        await GetsAsync(socket, "[\"e\"]");
        await one.DisposeAsync();
        await using var connection = await source.OpenConnectionAsync();

        void UseSource(PostgresOptions options) => (options.ConnectionString, options.DataSource) = (null, source);
    }

    private async Task<TestNode> StartAsync(Action<PostgresOptions>? configure = null)
    {
        var node = Create(configure);
        await node.StartAsync().AsTask().WithDeadline();
        await node.Root.WhenOpen.WithDeadline();
        Assert.That(node.Backplane.State.IsConnected, node.Backplane.State.Reason);
        return node;
    }

    private TestNode Create(Action<PostgresOptions>? configure)
    {
        var backplane = _backplanes.Create(options =>
        {
            (options.AttachmentTable, options.LogTable) = (Tables, Tables + "_log");
            configure?.Invoke(options);
        });
        var node = new TestNode(backplane, logger: _nodeLog.CreateLogger("node"));
        _nodes.Add(node);
        return node;
    }

    private static Task GetsAsync(TestSocket socket, string json) => Deadlines.Eventually(() => socket.Events.LastOrDefault() == json);

    private static int LengthAround(TestNode node)
    {
        var message = new ClusterMessage { Type = MessageType.Broadcast, Sender = node.Id, Namespace = "/", Data = TestNamespace.Json("[\"\"]") };
        return Encoding.UTF8.GetByteCount(Outgoing.Encode(message, null).Text);
    }

    private static Task<object?> NotifyAsync(string payload) => RunAsync("SELECT pg_notify('c1#/', $1)", payload);

    private static async Task<long> CountAsync(string table) => (long)(await RunAsync($"SELECT count(*) FROM {table}"))!;

    private static async Task<object?> RunAsync(string sql, params string[] parameters)
    {
        await using var connection = new NpgsqlConnection(Database.Server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteScalarAsync();
    }
}
