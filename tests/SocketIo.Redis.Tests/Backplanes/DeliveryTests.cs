using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>Messages from node to node, by each kind of backplane on a real Redis.</summary>
[TestFixtureSource(typeof(Kind), nameof(Kind.All))]
[Parallelizable]
public class DeliveryTests(Kind kind)
{
    private RedisServer _redis = null!;
    private Node _one = null!;
    private Node _two = null!;

    [OneTimeSetUp]
    public async Task StartRedisAsync() => _redis = await RedisServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopRedisAsync() => await _redis.DisposeAsync();

    [SetUp]
    public async Task StartAsync()
    {
        _one = await Node.StartAsync(kind, _redis.Endpoint);
        _two = await Node.StartAsync(kind, _redis.Endpoint);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Test]
    public async Task Every_message_of_a_kind_arrives_at_the_others_and_in_its_order()
    {
        await _two.Link.OpenRoomAsync("room").AsTask().WithDeadline();
        await _two.Link.OpenRoomAsync("12345678901234567890").AsTask().WithDeadline();
        ClusterMessage[] sent =
        [
            _one.Event(),
            _one.Event(["room"]),
            _one.Event(["12345678901234567890"]),
            _one.Event(["room", "other"]),
            _one.Message(MessageType.SocketsJoin, toChange: ["new"]),
            _one.Event(["new"]) with { Channel = null },
            _one.Message(MessageType.SocketsLeave, toChange: ["new"]),
            _one.Message(MessageType.DisconnectSockets),
            _one.Event(),
        ];
        await _one.SendAsync(sent);
        foreach (var message in sent)
        {
            var received = await _two.Receiver.NextAsync();
            Assert.That((received.Type, received.Sender), Is.EqualTo((message.Type, message.Sender)));
            Assert.That(received.Rooms, Is.EqualTo(message.Rooms));
            Assert.That(received.RoomsToChange, Is.EqualTo(message.RoomsToChange));
            if (message.Type is MessageType.Broadcast)
                Assert.That(Node.Number(received), Is.EqualTo(Node.Number(message)));
        }
    }

    [Test]
    public async Task Requests_and_answers_arrive_and_answers_at_the_one_who_asked()
    {
        var third = await Node.StartAsync(kind, _redis.Endpoint);
        await _one.SendAsync(
            _one.Message(MessageType.FetchSockets, requestId: "r1"),
            _one.Message(MessageType.ServerSideEmit, requestId: "r2"),
            _one.Message(MessageType.InitialHeartbeat),
            _one.Message(MessageType.Close));
        foreach (var type in new[] { MessageType.FetchSockets, MessageType.ServerSideEmit, MessageType.InitialHeartbeat, MessageType.Close })
        {
            Assert.That((await _two.Receiver.NextAsync()).Type, Is.EqualTo(type));
            Assert.That((await third.Receiver.NextAsync()).Type, Is.EqualTo(type));
        }

        MessageType[] answers =
            [MessageType.FetchSocketsResponse, MessageType.ServerSideEmitResponse, MessageType.BroadcastClientCount, MessageType.BroadcastAck, MessageType.BroadcastAckLost];
        await _two.SendAsync([.. answers.Select(type => _two.Message(type, _one.Backplane.NodeId, "r1"))]);
        foreach (var type in answers)
        {
            var answer = await _one.Receiver.NextAsync();
            Assert.That((answer.Type, answer.RequestId, answer.Sender), Is.EqualTo((type, "r1", _two.Backplane.NodeId)));
        }
        Assert.That(third.Receiver.IsEmpty);
        await third.DisposeAsync();
    }

    [Test]
    public async Task Ten_thousand_messages_arrive_each_once_and_in_order()
    {
        await _two.Link.OpenRoomAsync("room").AsTask().WithDeadline();
        var sent = Enumerable.Range(0, 10_000).Select(number => _one.Event(number % 2 == 0 ? ["room"] : default, number)).ToArray();
        foreach (var batch in sent.Chunk(997))
            await _one.SendAsync(batch);
        for (var number = 0; number < sent.Length; number++)
            Assert.That(Node.Number(await _two.Receiver.NextAsync()), Is.EqualTo(number));
        Assert.That(_two.Receiver.IsEmpty);
    }

    [Test]
    public async Task A_megabyte_arrives()
    {
        var json = new byte[1024 * 1024];
        json.AsSpan().Fill((byte)'x');
        "[\""u8.CopyTo(json);
        "\"]"u8.CopyTo(json.AsSpan(^2));
        var large = new ClusterMessage { Type = MessageType.Broadcast, Sender = _one.Backplane.NodeId, Namespace = "/", Data = new PacketData(json) };
        await _one.SendAsync(large, _one.Event());
        Assert.That((await _two.Receiver.NextAsync()).Data.Json.ToArray(), Is.EqualTo(json));
        await _two.Receiver.NextAsync();
    }

    [Test]
    public async Task Bytes_arrive_as_bytes()
    {
        var data = new PacketData(
            "[\"ev\",{\"_placeholder\":true,\"num\":0},{\"a\":{\"_placeholder\":true,\"num\":1}}]"u8.ToArray(), [new byte[] { 0, 1, 255 }, new byte[] { 9 }]);
        await _one.SendAsync(new ClusterMessage { Type = MessageType.Broadcast, Sender = _one.Backplane.NodeId, Namespace = "/", Data = data });
        var received = (await _two.Receiver.NextAsync()).Data;
        Assert.That(received.Json.ToArray(), Is.EqualTo(data.Json.ToArray()));
        Assert.That(received.Attachments[0].ToArray(), Is.EqualTo(new byte[] { 0, 1, 255 }));
        Assert.That(received.Attachments[1].ToArray(), Is.EqualTo(new byte[] { 9 }));
    }

    [Test]
    public async Task Nodes_are_counted_and_those_asked_about_are_named()
    {
        var members = await _one.Link.GetMembersAsync([_two.Backplane.NodeId, "0123456789abcdef"], default);
        Assert.That(members.Count, Is.EqualTo(2));
        Assert.That(members.Connected, Is.EqualTo(new[] { _two.Backplane.NodeId }));
    }

    [Test]
    public async Task A_namespace_that_was_left_is_not_received_any_more()
    {
        var third = await Node.StartAsync(kind, _redis.Endpoint);
        await third.Link.DisposeAsync();
        await Deadlines.Eventually(() => Count() == 2);
        await _one.SendAsync(_one.Event());
        await _two.Receiver.NextAsync();
        Assert.That(third.Receiver.IsEmpty);
        await third.DisposeAsync();

        int? Count() => _one.Link.GetMembersAsync([], default).AsTask().Result.Count;
    }

    [Test]
    public async Task Namespaces_with_special_names_do_not_mix([Values("/a*", "/a?[b]", "/a\\", "/ü#x", "/%7B{}")] string name)
    {
        await using var special = await Node.StartAsync(kind, _redis.Endpoint, name);
        await using var other = await Node.StartAsync(kind, _redis.Endpoint, name);
        await using var plain = await Node.StartAsync(kind, _redis.Endpoint, "/abc");
        await special.SendAsync(special.Event(), special.Message(MessageType.FetchSockets, requestId: "r"));
        Assert.That((await other.Receiver.NextAsync()).Namespace, Is.EqualTo(name));
        Assert.That((await other.Receiver.NextAsync()).RequestId, Is.EqualTo("r"));
        Assert.That(plain.Receiver.IsEmpty);
    }

    [Test]
    public async Task A_room_that_was_closed_and_opened_again_receives()
    {
        for (var i = 0; i < 20; i++)
        {
            var opening = _two.Link.OpenRoomAsync("room");
            _two.Link.CloseRoom("room");
            await opening.AsTask().WithDeadline();
        }
        await _two.Link.OpenRoomAsync("room").AsTask().WithDeadline();
        await _one.SendAsync(_one.Event(["room"]));
        await _two.Receiver.NextAsync();
    }
}
