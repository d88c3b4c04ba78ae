using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>A Redis Cluster of three masters.</summary>
[TestFixtureSource(typeof(Kind), nameof(Kind.All))]
[Parallelizable]
public class RedisClusterTests(Kind kind)
{
    private RedisCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartClusterAsync() => _cluster = await RedisCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopClusterAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Messages_of_all_kinds_arrive_whatever_their_master()
    {
        await using var one = await Node.StartAsync(kind, _cluster.Endpoints);
        await using var two = await Node.StartAsync(kind, _cluster.Endpoints);
        string[] rooms = [.. Enumerable.Range(0, 20).Select(number => $"room-{number}")];
        foreach (var room in rooms)
            await two.Link.OpenRoomAsync(room).AsTask().WithDeadline();
        await one.SendAsync([one.Event(), .. rooms.Select(room => one.Event([room])), one.Message(MessageType.FetchSockets, requestId: "r")]);
        // from different masters they may come in another order
        var types = new List<MessageType>();
        while (types.Count < rooms.Length + 2)
            types.Add((await two.Receiver.NextAsync()).Type);
        Assert.That(types.Count(type => type is MessageType.Broadcast), Is.EqualTo(rooms.Length + 1));
        Assert.That(types, Has.One.EqualTo(MessageType.FetchSockets));
        await two.SendAsync(two.Message(MessageType.BroadcastClientCount, one.Backplane.NodeId, "r"));
        Assert.That((await one.Receiver.NextAsync()).RequestId, Is.EqualTo("r"));
        Assert.That(two.Receiver.IsEmpty);
    }

    [Test]
    public async Task Nodes_on_different_masters_are_counted()
    {
        await using var one = await Node.StartAsync(kind, _cluster.Masters[0].Endpoint);
        await using var two = await Node.StartAsync(kind, _cluster.Masters[1].Endpoint);
        await using var three = await Node.StartAsync(kind, _cluster.Masters[2].Endpoint);
        var members = await one.Link.GetMembersAsync([two.Backplane.NodeId, three.Backplane.NodeId, "nobody"], default);
        Assert.That(members.Count, Is.EqualTo(3));
        Assert.That(members.Connected, Is.EquivalentTo(new[] { two.Backplane.NodeId, three.Backplane.NodeId }));
    }

    [Test]
    public async Task A_slot_that_moves_to_another_master_takes_its_messages_with_it()
    {
        await using var one = await Node.StartAsync(kind, _cluster.Endpoints);
        await using var two = await Node.StartAsync(kind, _cluster.Endpoints);
        await two.Link.OpenRoomAsync("moving").AsTask().WithDeadline();
        foreach (var key in new[] { "test#/#moving#", "test#/#", $"test#/#{one.Backplane.NodeId}#" })
        {
            var from = await _cluster.GetMasterAsync(key);
            await _cluster.MoveSlotAsync(key, _cluster.Masters.First(master => master != from));
        }
        // the channel is subscribed to again when its old master has said that it is gone
        await Deadlines.Eventually(() => two.Link.GetMembersAsync([one.Backplane.NodeId], default).AsTask().Result is { Count: 2, Connected.Count: 1 });
        var number = 0;
        while (two.Receiver.IsEmpty)
        {
            await one.SendAsync(one.Event(["moving"], ++number));
            await Task.Delay(20);
        }
        await one.SendAsync(one.Event(["moving"], 1000), one.Event(default, 1001));
        for (var last = 0; last != 1001;)
        {
            var next = Node.Number(await two.Receiver.NextAsync());
            Assert.That(next, Is.GreaterThan(last));
            last = next;
        }
    }

    [Test]
    public async Task Ten_thousand_messages_arrive_each_once_and_in_order()
    {
        await using var one = await Node.StartAsync(kind, _cluster.Endpoints);
        await using var two = await Node.StartAsync(kind, _cluster.Endpoints);
        var sent = Enumerable.Range(0, 10_000).Select(number => one.Event(default, number)).ToArray();
        foreach (var batch in sent.Chunk(997))
            await one.SendAsync(batch);
        for (var number = 0; number < sent.Length; number++)
            Assert.That(Node.Number(await two.Receiver.NextAsync()), Is.EqualTo(number));
        Assert.That(two.Receiver.IsEmpty);
    }
}
