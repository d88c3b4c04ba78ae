using SocketIo.Cluster;
using SocketIo.Redis.Streams;
using SocketIo.TestKit;
using StackExchange.Redis;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>With several streams JavaScript programs write some entries to streams that no JavaScript server reads; servers of ours move them.</summary>
public class StrayTests
{
    private const string Negative = "/dyn-101"; // -1 in JavaScript

    private static readonly Kind FourStreams = new("streams-4");
    private static readonly string[] Strays = ["test-stream--1", "test-stream"];

    private RedisServer _redis = null!;
    private ConnectionMultiplexer _peer = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _redis = await RedisServer.StartAsync("appendonly yes", "appendfsync always");
        _peer = await ConnectionMultiplexer.ConnectAsync(_redis.Endpoint);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _peer.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [TestCase("/", "test-stream")]
    [TestCase(Negative, "test-stream", "test-stream--1")]
    [TestCase("/dynamic-1000", "test-stream")] // -0, which is 0
    public void The_streams_that_no_JavaScript_server_reads_are_known(string nsp, params string[] strays)
    {
        Assert.That(StreamNames.StraysOf(nsp, new RedisStreamsOptions { StreamName = "test-stream", StreamCount = 4 }), Is.EqualTo(strays));
        Assert.That(StreamNames.StraysOf(nsp, new RedisStreamsOptions()), Is.Empty);
    }

    [Test]
    public async Task An_entry_comes_to_every_node_once_and_in_order_with_an_offset_from_which_clients_recover([ValueSource(nameof(Strays))] string stray)
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartNodeAsync()));
        await AddAsync(stray, 1, 300);
        var offsets = new List<string[]>();
        foreach (var node in nodes)
        {
            var messages = await TakeAsync(node, 300);
            Assert.That(messages.Select(Node.Number), Is.EqualTo(Enumerable.Range(1, 300)));
            offsets.Add([.. messages.Select(static message => message.Offset!)]);
        }
        Assert.That(offsets, Is.All.EqualTo(offsets[0]));
        var stored = new List<int>();
        await foreach (var message in nodes[0].Link.Log!.ReadAsync(offsets[0][99], default))
            stored.Add(Node.Number(message));
        Assert.That(stored, Is.EqualTo(Enumerable.Range(101, 200)));
        foreach (var node in nodes)
        {
            Assert.That(node.Receiver.IsEmpty);
            await node.DisposeAsync();
        }
    }

    [Test]
    public async Task Entries_of_all_types_and_with_bytes_are_moved_as_they_are()
    {
        await using var node = await StartNodeAsync();
        await AddAsync("test-stream--1", "4", """{"opts":{"rooms":["a"],"except":[]},"rooms":["b"]}""");
        await AddAsync("test-stream--1", "6", """{"opts":{"rooms":["a"],"except":[]},"close":true}""");
        await AddAsync("test-stream--1", "3", "gqZwYWNrZXSCpHR5cGUCpGRhdGGSomV2xAIBAqRvcHRzgqVyb29tc5CmZXhjZXB0kA==");
        await AddAsync("test-stream--1", "13", null);
        var messages = await TakeAsync(node, 4);
        Assert.That(messages.Select(static message => (int)message.Type), Is.EqualTo(new[] { 4, 6, 3, 13 }));
        Assert.That(messages.Select(static message => message.Sender), Is.All.EqualTo("peer"));
        Assert.That(messages[0].RoomsToChange, Is.EqualTo(new[] { "b" }));
        Assert.That(messages[1].Close);
        Assert.That(messages[2].Data.Attachments[0].ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public async Task A_node_moves_what_the_one_before_it_had_not_moved_yet_and_nothing_older()
    {
        var database = _peer.GetDatabase();
        await database.StreamAddAsync("test-stream--1", [new("uid", "peer"), new("nsp", Negative), new("type", "13")], messageId: "1000-0");
        await using (var former = await StartNodeAsync())
        {
            await AddAsync("test-stream--1", 1, 10);
            Assert.That((await TakeAsync(former, 10)).Select(Node.Number), Is.EqualTo(Enumerable.Range(1, 10)));
        }
        await AddAsync("test-stream--1", 11, 10);
        await using var next = await StartNodeAsync();
        await AddAsync("test-stream--1", 21, 10);
        Assert.That((await TakeAsync(next, 20)).Select(Node.Number), Is.EqualTo(Enumerable.Range(11, 20)));
        await database.StringSetAsync("{test-stream--1}:moved", "1000-0");
        await using var last = await StartNodeAsync();
        await AddAsync("test-stream--1", 31, 1);
        Assert.That(Node.Number(await last.Receiver.NextAsync()), Is.EqualTo(31), "all others were moved");
    }

    [Test]
    public async Task Nothing_is_lost_or_comes_twice_while_Redis_is_killed_and_nodes_come_and_go()
    {
        await using var steady = await StartNodeAsync();
        steady.Log.Expect("Redis is away");
        for (var round = 0; round < 3; round++)
        {
            var passing = await StartNodeAsync();
            passing.Log.Expect("Redis is away");
            await AddAsync("test-stream--1", round * 100 + 1, 50);
            await _redis.KillAsync();
            await Task.WhenAll(steady.AwayAsync(), passing.AwayAsync());
            await _redis.StartAsync();
            await Deadlines.Eventually(() => _peer.IsConnected);
            await AddAsync("test-stream--1", round * 100 + 51, 50);
            await Task.WhenAll(steady.BackAsync(), passing.BackAsync());
            await passing.DisposeAsync();
        }
        Assert.That((await TakeAsync(steady, 300)).Select(Node.Number), Is.EqualTo(Enumerable.Range(1, 300)));
        Assert.That((steady.Receiver.IsEmpty, steady.Receiver.Gaps), Is.EqualTo((true, 0)));
    }

    [Test]
    public async Task A_stream_that_is_something_else_is_told_and_the_others_go_on()
    {
        await _peer.GetDatabase().StringSetAsync("test-stream", "text");
        await using var one = await StartNodeAsync();
        await using var two = await StartNodeAsync();
        one.Log.Expect("WRONGTYPE");
        two.Log.Expect("WRONGTYPE");
        await one.SendAsync(one.Event());
        await two.Receiver.NextAsync();
        await AddAsync("test-stream--1", 7, 1);
        Assert.That(Node.Number(await two.Receiver.NextAsync()), Is.EqualTo(7));
        Assert.That(one.Log.Entries.Count(static entry => entry.Id == 4), Is.EqualTo(1));
    }

    [Test]
    public async Task A_stream_to_which_nothing_may_be_moved_is_told_and_the_others_go_on()
    {
        await _peer.GetDatabase().StringSetAsync("{test-stream-3}:moved:test-stream--1", "no id");
        await using var one = await StartNodeAsync();
        one.Log.Expect("test-stream--1, to which programs in JavaScript write, cannot be used");
        await using var two = await StartNodeAsync();
        two.Log.Expect("test-stream--1, to which programs in JavaScript write, cannot be used");
        await AddAsync("test-stream--1", 1, 1);
        await Deadlines.Eventually(() => one.Log.Entries.Any(static entry => entry.Id == 4));
        await one.SendAsync(one.Event(number: 2));
        Assert.That(Node.Number(await two.Receiver.NextAsync()), Is.EqualTo(2));
        Assert.That(one.Backplane.State.IsConnected);
    }

    [Test]
    public async Task In_a_Redis_Cluster_too()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var peer = await ConnectionMultiplexer.ConnectAsync(cluster.Endpoints);
        await using var one = await Node.StartAsync(FourStreams, cluster.Endpoints, Negative);
        await using var two = await Node.StartAsync(FourStreams, cluster.Endpoints, Negative);
        foreach (var stray in Strays)
            await AddAsync(stray, 1, 100, peer);
        foreach (var node in new[] { one, two })
            Assert.That((await TakeAsync(node, 200)).Select(Node.Number), Is.EquivalentTo(Enumerable.Range(1, 100).Concat(Enumerable.Range(1, 100))));
    }

    private Task<Node> StartNodeAsync() => Node.StartAsync(FourStreams, _redis.Endpoint, Negative);

    private async Task AddAsync(string stream, int first, int count, ConnectionMultiplexer? peer = null)
    {
        var adding = Enumerable.Range(first, count).Select(number =>
            AddAsync(stream, "3", $$$"""{"packet":{"type":2,"data":["ev",{{{number}}}]},"opts":{"rooms":[],"except":[]}}""", peer));
        await Task.WhenAll(adding).WithDeadline();
    }

    private Task<RedisValue> AddAsync(string stream, string type, string? data, ConnectionMultiplexer? peer = null)
    {
        var fields = new List<NameValueEntry> { new("uid", "peer"), new("nsp", Negative), new("type", type) };
        if (data is not null)
            fields.Add(new("data", data));
        return (peer ?? _peer).GetDatabase().StreamAddAsync(stream, [.. fields]);
    }

    private static async Task<List<ClusterMessage>> TakeAsync(Node node, int count)
    {
        var messages = new List<ClusterMessage>();
        while (messages.Count < count)
            messages.Add(await node.Receiver.NextAsync());
        return messages;
    }
}
