using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.EmitCheatSheet;

/// <summary>Acting on many sockets at once.</summary>
public sealed class ManagementTests
{
    private TestServer _server = null!;
    private Connection _ann = null!;
    private Connection _bob = null!;
    private Connection _cyd = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        _server = await TestServer.StartSocketIoAsync();
        _ann = await _server.ConnectAsync("/", new { transports = new[] { "websocket" }, auth = new { name = "ann" } });
        _bob = await _server.ConnectAsync();
        _cyd = await _server.ConnectAsync();
        await _ann.Socket.JoinAsync("a", "ab");
        await _bob.Socket.JoinAsync("ab");
    }

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task All_sockets_join_and_leave_rooms()
    {
        await _server.Io.SocketsJoinAsync("x", "y");
        Assert.That(Members("x"), Is.EqualTo("ann bob cyd"));
        Assert.That(Members("y"), Is.EqualTo("ann bob cyd"));
        await _server.Io.SocketsLeaveAsync("x");
        Assert.That(Members("x"), Is.Empty);
        Assert.That(Members("y"), Is.EqualTo("ann bob cyd"));
    }

    [Test]
    public async Task The_sockets_of_a_room_join_and_leave_rooms()
    {
        await _server.Io.In("ab").SocketsJoinAsync("x");
        Assert.That(Members("x"), Is.EqualTo("ann bob"));
        await _server.Io.In("ab").Except("a").SocketsLeaveAsync("x");
        Assert.That(Members("x"), Is.EqualTo("ann"));
        await _ann.Socket.Broadcast.SocketsJoinAsync("y");
        Assert.That(Members("y"), Is.EqualTo("bob cyd"));
    }

    [Test]
    public async Task The_sockets_of_a_room_are_disconnected_and_can_come_back_on_their_connections()
    {
        await _server.Io.In("ab").DisconnectSocketsAsync();
        Assert.That(await _ann.Client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        Assert.That(await _bob.Client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        Assert.That(await _cyd.SettledNamesAsync(), Is.Empty);
        Assert.That(_server.Io.Sockets.Keys, Is.EqualTo(new[] { _cyd.Socket.Id }));
    }

    [Test]
    public async Task All_sockets_are_disconnected([Values] bool close)
    {
        await _server.Io.DisconnectSocketsAsync(close);
        foreach (var connection in new[] { _ann, _bob, _cyd })
            Assert.That(await connection.Client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        Assert.That(_server.Io.Sockets, Is.Empty);
    }

    [Test]
    public async Task Disconnecting_with_close_ends_the_connection_and_all_its_namespaces()
    {
        _server.Io.Of("/other");
        var other = await _ann.Client.OpenSocketAsync("/other");
        await _server.ConnectedAsync(other, "/other");
        await _server.Io.In("a").DisconnectSocketsAsync(close: true);
        Assert.That(await _ann.Client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        Assert.That(await other.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        await Deadlines.Eventually(() => _server.Io.Of("/other").Sockets.Count == 0);
        await _server.Io.DisconnectSocketsAsync(close: true);
        Assert.That(await _cyd.Client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        Assert.That(_server.Io.Sockets, Is.Empty);
    }

    [Test]
    public async Task Disconnecting_without_close_leaves_the_other_namespaces_of_the_connection()
    {
        _server.Io.Of("/other");
        var other = await _server.ConnectedAsync(await _ann.Client.OpenSocketAsync("/other"), "/other");
        await _server.Io.DisconnectSocketsAsync();
        await _ann.Client.DisconnectedAsync();
        Assert.That(await other.SettledNamesAsync(), Is.Empty);
        Assert.That(other.Socket.IsConnected);
    }

    [Test]
    public async Task Fetched_sockets_say_who_they_are()
    {
        _ann.Socket.Data["role"] = "admin";
        var all = await _server.Io.FetchSocketsAsync();
        var ann = (await _server.Io.In("a").FetchSocketsAsync()).Single();
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(all.Select(socket => socket.Id), Is.EquivalentTo(new[] { _ann.Socket.Id, _bob.Socket.Id, _cyd.Socket.Id }));
            Assert.That(ann.Id, Is.EqualTo(_ann.Socket.Id));
            Assert.That(ann.Rooms, Is.EquivalentTo(new[] { _ann.Socket.Id, "a", "ab" }));
            Assert.That(ann.Data["role"], Is.EqualTo("admin"));
            Assert.That(ann.Handshake.Auth.GetString("name"), Is.EqualTo("ann"));
            Assert.That((await _server.Io.In("ab").Except("a").FetchSocketsAsync()).Single().Id, Is.EqualTo(_bob.Socket.Id));
            Assert.That((await _ann.Socket.Broadcast.FetchSocketsAsync()).Select(socket => socket.Id), Is.EquivalentTo(new[] { _bob.Socket.Id, _cyd.Socket.Id }));
            Assert.That((await _server.Io.Local.FetchSocketsAsync()).Count, Is.EqualTo(3));
            Assert.That(await _server.Io.In("nobody").FetchSocketsAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task The_sockets_of_another_namespace_are_not_fetched()
    {
        _server.Io.Of("/other");
        var other = await _server.ConnectAsync("/other");
        await other.Socket.JoinAsync("a");
        Assert.That((await _server.Io.FetchSocketsAsync()).Select(socket => socket.Id), Has.None.EqualTo(other.Socket.Id));
        Assert.That((await _server.Io.In("a").FetchSocketsAsync()).Single().Id, Is.EqualTo(_ann.Socket.Id));
        Assert.That((await _server.Io.Of("/other").In("a").FetchSocketsAsync()).Single().Id, Is.EqualTo(other.Socket.Id));
    }

    [Test]
    public async Task A_fetched_socket_can_be_acted_on()
    {
        var ann = (await _server.Io.In("a").FetchSocketsAsync()).Single();
        await ann.JoinAsync("x", "y");
        await ann.LeaveAsync("ab");
        await ann.EmitAsync("hello", 1);
        Assert.That((await _ann.Client.NextEventAsync("hello")).ToString(), Is.EqualTo("hello(1)"));
        Assert.That(_ann.Socket.Rooms, Is.EquivalentTo(new[] { _ann.Socket.Id, "a", "x", "y" }));
        Assert.That(await _bob.SettledNamesAsync(), Is.Empty);
        await ann.DisconnectAsync();
        Assert.That(await _ann.Client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
    }

    [Test]
    public async Task A_server_alone_emits_to_no_other_server_and_gets_no_answers()
    {
        await _server.Io.ServerSideEmitAsync("hello", [1, "two"]);
        Assert.That(await _server.Io.ServerSideEmitWithAckAsync<int>("numbers?").WithDeadline(), Is.Empty);
        Assert.That(await _ann.SettledNamesAsync(), Is.Empty);
    }

    private string Members(string room)
    {
        var members = new List<string>();
        foreach (var (name, connection) in new[] { ("ann", _ann), ("bob", _bob), ("cyd", _cyd) })
        {
            if (connection.Socket.Rooms.Contains(room))
                members.Add(name);
        }
        return string.Join(' ', members);
    }
}
