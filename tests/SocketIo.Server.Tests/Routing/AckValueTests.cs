using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

/// <summary>Acknowledgements of any number of values, of sockets, broadcasts and fetched sockets.</summary>
internal sealed class AckValueTests
{
    private InMemoryServer _server = null!;
    private InMemoryClient _client = null!;
    private Socket _socket = null!;

    [SetUp]
    public void Start()
    {
        _server = new InMemoryServer();
        (_client, _socket) = _server.Connect();
    }

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    public async Task Several_values_are_a_tuple()
    {
        var two = _socket.EmitWithAckAsync<string, int>("a");
        var three = _socket.EmitWithAckAsync<string, int, bool?>("b", 1);
        _client.Send("430[\"x\",2,true]");
        _client.Send("431[\"x\"]");
        var (text, number) = await two.WithDeadline();
        Assert.That((text, number), Is.EqualTo(("x", 2)));
        Assert.That(await three.WithDeadline(), Is.EqualTo(("x", 0, (bool?)null)));
    }

    [Test]
    public void A_value_of_a_tuple_that_can_t_be_converted_is_named()
    {
        var two = _socket.EmitWithAckAsync<string, int>("a");
        _client.Send("430[\"x\",\"y\"]");
        Assert.That(async () => await two.WithDeadline(), Throws.InstanceOf<EventArgumentException>().With.Property("Index").EqualTo(1));
    }

    [Test]
    public async Task Without_types_there_are_the_count_and_each_value()
    {
        var ack = _socket.EmitWithAckAsync("a", 1, "two");
        Assert.That(_client.Next(), Is.EqualTo("420[\"a\",1,\"two\"]"));
        _client.Send("430[\"x\",2,{\"a\":[1]},null]");
        var values = await ack.WithDeadline();
        Assert.That(values.Count, Is.EqualTo(4));
        Assert.That(values.Get<string>(0), Is.EqualTo("x"));
        Assert.That(values.Get<int>(1), Is.EqualTo(2));
        Assert.That(values.Get<long>(1), Is.EqualTo(2));
        Assert.That(values.Get<Dictionary<string, int[]>>(2)!["a"], Is.EqualTo((int[])[1]));
        Assert.That(values.Get<string>(3), Is.Null);
        Assert.That(values.Get<int>(4), Is.Zero);
        Assert.That(() => values.Get<int>(0), Throws.InstanceOf<EventArgumentException>().With.Property("Index").EqualTo(0));
        Assert.That(() => values.Get<int>(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task No_value_is_told_apart_from_a_default_one()
    {
        var none = _socket.EmitWithAckAsync("a");
        var zero = _socket.EmitWithAckAsync("a");
        _client.Send("430[]");
        _client.Send("431[0]");
        Assert.That((await none.WithDeadline()).Count, Is.Zero);
        Assert.That((await zero.WithDeadline()).Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Binary_values_are_read_too()
    {
        var ack = _socket.EmitWithAckAsync("a");
        _client.Send("461-0[{\"_placeholder\":true,\"num\":0},1]", [7, 8]);
        var values = await ack.WithDeadline();
        Assert.That(values.Get<byte[]>(0), Is.EqualTo((byte[])[7, 8]));
        Assert.That(values.Get<int>(1), Is.EqualTo(1));
    }

    [Test]
    public async Task A_broadcast_tells_no_value_apart_from_a_default_one()
    {
        var (other, otherSocket) = _server.Connect();
        var all = _server.Io.EmitWithAckAsync<int>("a");
        _client.Send("430[0]");
        other.Send("430[]");
        var results = await all.WithDeadline();
        Assert.That(
            results.Responses.Select(static response => (response.SocketId, response.Value, response.HasValue)),
            Is.EqualTo(((string, int, bool)[])[(_socket.Id, 0, true), (otherSocket.Id, 0, false)]));
    }

    [Test]
    public async Task A_broadcast_collects_several_values_of_each()
    {
        var tuples = _server.Io.To(_socket.Id).EmitWithAckAsync<string, int>("a", 1, 2, 3);
        var untyped = _server.Io.Timeout(TimeSpan.FromSeconds(1)).EmitWithAckAsync("b", [1, "2"]);
        Assert.That(_client.All(), Is.EqualTo((string[])["420[\"a\",1,2,3]", "421[\"b\",1,\"2\"]"]));
        _client.Send("430[\"x\",2]");
        _client.Send("431[1,2,3]");
        Assert.That((await tuples.WithDeadline()).Values, Is.EqualTo(((string?, int)[])[("x", 2)]));
        var values = (await untyped.WithDeadline()).Values.Single();
        Assert.That((values.Count, values.Get<int>(2)), Is.EqualTo((3, 3)));
    }

    [Test]
    public async Task A_fetched_socket_acknowledges_like_the_socket_itself()
    {
        var remote = (await _server.Io.FetchSocketsAsync()).Single();
        var one = remote.EmitWithAckAsync<int>("a", "x");
        var two = remote.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<int, string>("b");
        var wrong = remote.EmitWithAckAsync<int>("c");
        Assert.That(_client.All(), Is.EqualTo((string[])["420[\"a\",\"x\"]", "421[\"b\"]", "422[\"c\"]"]));
        _client.Send("430[1]");
        _client.Send("431[2,\"y\"]");
        _client.Send("432[\"z\"]");
        Assert.That(await one.WithDeadline(), Is.EqualTo(1));
        Assert.That(await two.WithDeadline(), Is.EqualTo((2, "y")));
        Assert.That(async () => await wrong.WithDeadline(), Throws.InstanceOf<EventArgumentException>());
    }

    [Test]
    public async Task A_fetched_socket_that_does_not_acknowledge_in_time_or_is_gone_is_an_exception()
    {
        var remote = (await _server.Io.FetchSocketsAsync()).Single();
        var late = remote.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<int>("a");
        _server.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(async () => await late.WithDeadline(), Throws.InstanceOf<AckTimeoutException>().With.Property("Timeout").EqualTo(TimeSpan.FromSeconds(5)));

        using var source = new CancellationTokenSource();
        var cancelled = remote.WithCancellation(source.Token).EmitWithAckAsync<int>("a");
        source.Cancel();
        Assert.That(async () => await cancelled.WithDeadline(), Throws.InstanceOf<OperationCanceledException>());

        var lost = remote.EmitWithAckAsync<int>("a");
        _client.Send("41");
        Assert.That(async () => await lost.WithDeadline(), Throws.InstanceOf<SocketDisconnectedException>());
        Assert.That(async () => await remote.EmitWithAckAsync("a").WithDeadline(), Throws.InstanceOf<SocketDisconnectedException>());
    }

    [Test]
    public void A_list_is_one_argument_and_a_collection_expression_is_several()
    {
        string[] list = ["a", "b"];
        _ = _socket.EmitWithAckAsync<int>("a", list);
        _ = _socket.EmitWithAckAsync<int>("a", ["a", "b"]);
        _ = _socket.EmitWithAckAsync<int>("a", [.. list]);
        _ = _socket.EmitWithAckAsync<int>("a", list, 1);
        _ = _socket.EmitWithAckAsync<int>("a", null);
        _ = _server.Io.EmitWithAckAsync<int>("a", (object)list);
        Assert.That(_client.All(), Is.EqualTo((string[])
        [
            "420[\"a\",[\"a\",\"b\"]]", "421[\"a\",\"a\",\"b\"]", "422[\"a\",\"a\",\"b\"]", "423[\"a\",[\"a\",\"b\"],1]", "424[\"a\",null]",
            "425[\"a\",[\"a\",\"b\"]]",
        ]));
    }

    [Test]
    public async Task Emits_take_any_number_of_arguments()
    {
        await _socket.EmitAsync("a", 1, "2", 3.5, true, (string?)null, new { b = 1 });
        await _socket.EmitAsync("a", 1, 2, 3, 4, 5, 6, 7, 8);
        await _socket.EmitAsync("a", null);
        await _socket.EmitAsync("a", [1, new[] { 2 }]);
        Assert.That(_client.All(), Is.EqualTo((string[])["42[\"a\",1,\"2\",3.5,true,null,{\"b\":1}]", "42[\"a\",1,2,3,4,5,6,7,8]", "42[\"a\",null]", "42[\"a\",1,[2]]"]));
    }

    [Test]
    public void Operators_that_nobody_made_say_so()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => default(BroadcastOperator).EmitAsync("a"), Refused("An operator that is default"));
            Assert.That(() => default(BroadcastOperator).To("a"), Refused("An operator that is default"));
            Assert.That(() => default(BroadcastOperator).SocketsJoinAsync("a"), Refused("An operator that is default"));
            Assert.That(() => default(BroadcastOperator).FetchSocketsAsync(), Refused("An operator that is default"));
            Assert.That(() => default(BroadcastOperator).EmitWithAckAsync("a"), Refused("An operator that is default"));
            Assert.That(() => default(BroadcastAckOperator).EmitWithAckAsync<int>("a"), Refused("An operator that is default"));
            Assert.That(() => default(BroadcastAckOperator).Local, Refused("An operator that is default"));
            Assert.That(() => default(SocketOperator).EmitAsync("a", 1), Refused("An operator that is default"));
            Assert.That(() => default(SocketOperator).Volatile, Refused("An operator that is default"));
            Assert.That(() => default(SocketOperator).Broadcast, Refused("An operator that is default"));
            Assert.That(() => default(SocketAckOperator).EmitWithAckAsync("a"), Refused("An operator that is default"));
            Assert.That(() => default(SocketAckOperator).To("a"), Refused("An operator that is default"));
            Assert.That(() => default(RemoteAckOperator).EmitWithAckAsync("a"), Refused("default(RemoteAckOperator)"));
        });

        static NUnit.Framework.Constraints.Constraint Refused(string text) =>
            Throws.InvalidOperationException.With.Message.Contains(text);
    }

    [Test]
    public async Task What_asks_other_servers_can_be_cancelled()
    {
        var cancelled = new CancellationToken(canceled: true);
        Assert.That(async () => await _server.Io.FetchSocketsAsync(cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await _server.Io.To("a").FetchSocketsAsync(cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await _server.Io.ServerSideEmitWithAckAsync<int>("a", [1], cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await _server.Io.FetchSocketsAsync(CancellationToken.None), Has.Count.EqualTo(1));
    }
}
