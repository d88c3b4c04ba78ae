using System.Text;
using SocketIo.Cluster;
using SocketIo.Redis.Streams;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>What only streams do: keep broadcasts and sessions.</summary>
public class StreamTests
{
    private static readonly Kind Streams = new("streams");

    private RedisServer _redis = null!;
    private int _lastPrefix;
    private string _prefix = "";
    private string[] _password = [];

    [OneTimeSetUp]
    public async Task StartRedisAsync() => _redis = await RedisServer.StartAsync("appendonly yes", "appendfsync always");

    [OneTimeTearDown]
    public async Task StopRedisAsync() => await _redis.DisposeAsync();

    [SetUp]
    public void TakePrefix() => _prefix = $"p{_lastPrefix++}";

    [Test]
    public async Task All_nodes_get_the_kept_broadcasts_in_one_order_their_own_included()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        one.Receiver.KeepsOwn = two.Receiver.KeepsOwn = true;
        await Task.WhenAll(SendAsync(one), SendAsync(two));
        var (first, second) = (await TakeAsync(one, 2000), await TakeAsync(two, 2000));
        Assert.That(first.Select(message => message.Offset), Is.EqualTo(second.Select(message => message.Offset)));
        Assert.That(first.Zip(first.Skip(1), (a, b) => one.Link.Log!.Compare(a.Offset!, b.Offset!)), Is.All.LessThan(0));

        static async Task SendAsync(Node node)
        {
            for (var i = 0; i < 100; i++)
                await node.SendAsync([.. Enumerable.Range(0, 10).Select(_ => node.Event())]);
        }
    }

    [Test]
    public async Task Entries_that_were_written_while_a_node_had_no_connection_are_read_later()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await one.SendAsync(one.Event());
        await two.Receiver.NextAsync();
        one.Log.Expect("Redis is away");
        two.Log.Expect("Redis is away");
        await _redis.KillAsync();
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        await _redis.StartAsync();
        // the one that is back first may write before the other reads
        await one.BackAsync();
        await one.SendAsync([.. Enumerable.Range(0, 500).Select(_ => one.Event())]);
        Assert.That((await TakeAsync(two, 500)).Select(Node.Number), Is.EqualTo(Enumerable.Range(2, 500)));
        Assert.That(two.Receiver.Gaps, Is.Zero);
    }

    [Test]
    public async Task Entries_that_were_cut_off_before_they_were_read_are_a_gap()
    {
        await using var one = await StartAsync();
        one.Log.Expect("Redis is away");
        await one.SendAsync(one.Event());
        await DisconnectAsync(one, async () =>
        {
            for (var i = 0; i < 10; i++)
                await AddAsync("x", "1", "/", "3", """{"packet":{"type":2,"data":["ev",7]},"opts":{"rooms":[],"except":[]}}""");
            await RunAsync("XTRIM", Stream, "MAXLEN", "5");
        });
        Assert.That((await TakeAsync(one, 5)).Select(Node.Number), Is.All.EqualTo(7));
        Assert.That(one.Receiver.Gaps, Is.EqualTo(1));
    }

    [Test]
    public async Task A_stream_that_Redis_has_lost_is_a_gap_and_is_read_from_its_beginning()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await Node.StartAsync(Streams, redis.Endpoint);
        await using var two = await Node.StartAsync(Streams, redis.Endpoint);
        one.Log.Expect("Redis is away");
        two.Log.Expect("Redis is away");
        await one.SendAsync(one.Event());
        await two.Receiver.NextAsync();
        await redis.RestartAsync();
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        await Task.WhenAll(one.BackAsync(), two.BackAsync());
        await one.SendAsync(one.Event());
        Assert.That(Node.Number(await two.Receiver.NextAsync()), Is.EqualTo(2));
        Assert.That(two.Receiver.Gaps, Is.EqualTo(1));
    }

    [Test]
    public async Task Volatile_broadcasts_are_not_kept_and_those_of_JavaScript_nodes_have_no_offset()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await one.SendAsync(one.Event(flags: new BroadcastFlags { IsVolatile = true }));
        Assert.That((await two.Receiver.NextAsync()).Offset, Is.Null);
        Assert.That(await RunAsync("XLEN", Stream), Is.EqualTo("0"));
        await AddAsync("uid", "other", "/", "3", """{"packet":{"type":2,"data":["ev",7]},"opts":{"rooms":[],"except":[],"flags":{"volatile":true}}}""");
        Assert.That((await two.Receiver.NextAsync()).Offset, Is.Null);
        await one.SendAsync(one.Event());
        Assert.That((await two.Receiver.NextAsync()).Offset, Is.Not.Null);
        Assert.That(await ReadAsync(one, "0-0"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_is_behind_an_offset_is_read_and_nothing_of_other_namespaces_or_types()
    {
        await using var one = await StartAsync();
        await using var other = await Node.StartAsync(Streams, _redis.Endpoint, "/other", prefix: _prefix);
        await one.SendAsync(one.Event());
        var start = (await one.Link.Log!.GetNewestAsync(default))!;
        await other.SendAsync(other.Event());
        await one.SendAsync(one.Event(["room"]), one.Message(MessageType.SocketsJoin, toChange: ["room"]), one.Event());
        var read = await ReadAsync(one, start);
        Assert.That(read.Select(Node.Number), Is.EqualTo(new[] { 2, 3 }));
        Assert.That(read[0].Rooms, Is.EqualTo(new[] { "room" }));
        Assert.That(await ReadAsync(one, read[1].Offset!), Is.Empty);
    }

    [Test]
    public async Task More_than_a_page_is_read()
    {
        await using var one = await StartAsync();
        await one.SendAsync([.. Enumerable.Range(0, 3210).Select(_ => one.Event())]);
        Assert.That((await ReadAsync(one, "0-0")).Select(Node.Number), Is.EqualTo(Enumerable.Range(1, 3210)));
    }

    [Test]
    public async Task An_offset_that_is_cut_off_or_never_was_is_told()
    {
        await using var one = await StartAsync();
        await one.SendAsync(one.Event());
        var gone = await one.Link.Log!.GetNewestAsync(default);
        await one.SendAsync(one.Event(), one.Event());
        await RunAsync("XTRIM", Stream, "MAXLEN", "1");
        foreach (var offset in new[] { gone, "1-1", "99999999999999-0" })
            Assert.That(async () => await ReadAsync(one, offset), Throws.TypeOf<EntryGoneException>());
    }

    [TestCase("", false)]
    [TestCase("1-", false)]
    [TestCase("-1", false)]
    [TestCase("1-2-3", false)]
    [TestCase(" 1-2", false)]
    [TestCase("+", false)]
    [TestCase("99999999999999999999-0", false)]
    [TestCase("1795625787480-0", true)]
    public void An_offset_is_two_numbers(string text, bool isOffset) => Assert.That(StreamOffset.TryParse(text, out _), Is.EqualTo(isOffset));

    [Test]
    public async Task A_session_is_kept_as_JavaScript_nodes_keep_it_and_taken_once()
    {
        await using var one = await StartAsync();
        var session = new StoredSession
        {
            Pid = "pid-" + _prefix,
            SocketId = "sid",
            Rooms = ["sid", "room"],
            Data = new PacketData("""{"a":{"_placeholder":true,"num":0},"n":1}"""u8.ToArray(), [new byte[] { 1, 2 }]),
        };
        await one.Link.Log!.SaveAsync(session, TimeSpan.FromMinutes(1), default);
        var value = Convert.FromBase64String(await RunAsync("GET", "sio:session:" + session.Pid));
        Assert.That(ClusterMessagePack.TryReadValue(value, out var read, out _));
        Assert.That(Encoding.UTF8.GetString(read.Json.Span), Is.EqualTo(
            """{"sid":"sid","pid":"PID","rooms":["sid","room"],"data":{"a":{"_placeholder":true,"num":0},"n":1}}""".Replace("PID", session.Pid)));
        Assert.That(int.Parse(await RunAsync("PTTL", "sio:session:" + session.Pid)), Is.InRange(1, 60_000));

        var taken = (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => one.Link.Log.TakeAsync(session.Pid, default).AsTask())))
            .Single(taken => taken is not null)!;
        Assert.That((taken.Pid, taken.SocketId), Is.EqualTo((session.Pid, "sid")));
        Assert.That(taken.Rooms, Is.EqualTo(session.Rooms));
        Assert.That(taken.Data.Attachments[0].ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [TestCase("nonsense")]
    [TestCase("kA==")] // an empty array
    [TestCase("gaNzaWQB")] // a number as id
    public async Task A_session_that_cannot_be_read_is_none(string value)
    {
        await using var one = await StartAsync();
        await RunAsync("SET", "sio:session:x", value);
        Assert.That(await one.Link.Log!.TakeAsync("x", default), Is.Null);
    }

    [Test]
    public async Task Entries_that_are_not_ours_are_passed_over_and_those_that_cannot_be_read_are_told()
    {
        await using var one = await StartAsync();
        await RunAsync("XADD", Stream, "*", "some", "thing");
        await AddAsync("uid", "other", "/nobody", "3", "{}");
        await AddAsync("uid", "other", "/", "3", "{\"packet\":");
        await AddAsync("uid", "other", "/", "3", "!!");
        await AddAsync("uid", "other", "/", "99", "{}");
        await using var two = await StartAsync();
        await two.SendAsync(two.Event());
        Assert.That((await one.Receiver.NextAsync()).Type, Is.EqualTo((MessageType)99));
        Assert.That(Node.Number(await one.Receiver.NextAsync()), Is.EqualTo(1));
        Assert.That(one.Receiver.Malformed, Has.Count.EqualTo(2));
        one.Receiver.Malformed.Clear();
    }

    [Test]
    public async Task With_several_streams_each_namespace_has_one_also_where_JavaScript_computes_a_negative_number()
    {
        var options = new RedisStreamsOptions { StreamCount = 4 };
        Assert.That(StreamNames.Of("/", options), Is.EqualTo("socket.io-3"));
        // -1 there, which nobody reads
        Assert.That(StreamNames.All(options), Does.Contain(StreamNames.Of("/dyn-101", options)));
        await using var one = await Node.StartAsync(new Kind("streams-4"), _redis.Endpoint, "/dyn-101", prefix: _prefix);
        await using var two = await Node.StartAsync(new Kind("streams-4"), _redis.Endpoint, "/dyn-101", prefix: _prefix);
        await one.SendAsync(one.Event());
        await two.Receiver.NextAsync();
    }

    [Test]
    public async Task A_stream_is_kept_short()
    {
        await using var one = await Node.StartAsync(
            Streams, _redis.Endpoint, configure: options => ((RedisStreamsOptions)options).MaxLength = 100, prefix: _prefix);
        await one.SendAsync([.. Enumerable.Range(0, 2000).Select(_ => one.Event())]);
        Assert.That(int.Parse(await RunAsync("XLEN", Stream)), Is.InRange(100, 300));
    }

    [Test]
    public async Task A_stream_that_is_something_else_refuses_its_messages()
    {
        await using var one = await StartAsync();
        await RunAsync("SET", Stream, "text");
        one.Log.Expect("Redis is away"); // the reading cannot go on either
        await one.SendAsync(one.Event());
        Assert.That(one.Receiver.Refused.Single(), Does.Contain("WRONGTYPE"));
        await RunAsync("DEL", Stream);
    }

    [Test]
    public async Task Bytes_are_text_when_readers_know_nothing_else()
    {
        await using var one = await Node.StartAsync(
            Streams, _redis.Endpoint, configure: options => ((RedisStreamsOptions)options).OnlyPlaintext = true, prefix: _prefix);
        await one.SendAsync(new ClusterMessage
        {
            Type = MessageType.Broadcast,
            Sender = one.Backplane.NodeId,
            Namespace = "/",
            Data = new PacketData("""["ev",{"_placeholder":true,"num":0}]"""u8.ToArray(), [new byte[] { 1, 2 }]),
        });
        Assert.That(await RunAsync("XRANGE", Stream, "-", "+"), Does.Contain("""["ev",{"type":"Buffer","data":[1,2]}]"""));
    }

    private string Stream => _prefix + "-stream";

    private Task<Node> StartAsync() => Node.StartAsync(Streams, _redis.Endpoint, prefix: _prefix);

    private Task<string> AddAsync(string field, string uid, string name, string type, string data) =>
        RunAsync("XADD", Stream, "*", field, uid, "nsp", name, "type", type, "data", data);

    // without the password nobody comes in, and those who are in go
    private async Task DisconnectAsync(Node node, Func<Task> meanwhile)
    {
        node.Log.Expect("refuses what is needed: NOAUTH");
        await RunAsync("CONFIG", "SET", "requirepass", "secret");
        _password = ["-a", "secret"];
        await RunAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await RunAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await node.AwayAsync();
        await meanwhile();
        await RunAsync("CONFIG", "SET", "requirepass", "");
        _password = [];
        await node.BackAsync();
    }

    private Task<string> RunAsync(params string[] command) => _redis.RunAsync([.. _password, .. command]);

    private static async Task<List<ClusterMessage>> TakeAsync(Node node, int count)
    {
        var messages = new List<ClusterMessage>();
        while (messages.Count < count)
            messages.Add(await node.Receiver.NextAsync());
        return messages;
    }

    private static async Task<List<ClusterMessage>> ReadAsync(Node node, string after)
    {
        var messages = new List<ClusterMessage>();
        await foreach (var message in node.Link.Log!.ReadAsync(after, default))
            messages.Add(message);
        return messages;
    }
}
