using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

public sealed class RoomTests
{
    [Test]
    public async Task A_socket_is_in_the_rooms_it_joined_and_not_in_those_it_left()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var (_, socket) = await server.ConnectAsync();
        Assert.That(socket.Rooms, Is.EqualTo(new[] { socket.Id }));
        await socket.JoinAsync("a");
        await socket.JoinAsync("b", "c");
        await socket.JoinAsync("a");
        Assert.That(socket.Rooms, Is.EquivalentTo(new[] { socket.Id, "a", "b", "c" }));
        await socket.LeaveAsync("a", "c");
        await socket.LeaveAsync("never");
        Assert.That(socket.Rooms, Is.EquivalentTo(new[] { socket.Id, "b" }));
    }

    [Test]
    public async Task The_namespace_knows_the_rooms_that_somebody_is_in()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var ann = await server.ConnectAsync();
        var bob = await server.ConnectAsync();
        await ann.Socket.JoinAsync("a", "both");
        await bob.Socket.JoinAsync("both");
        Assert.That(server.Io.Rooms.Keys, Is.EquivalentTo(new[] { "a", "both" }));
        await ann.Socket.LeaveAsync("a", "both");
        Assert.That(server.Io.Rooms.Keys, Is.EqualTo(new[] { "both" }));
    }

    [Test]
    public async Task The_room_of_a_socket_s_id_can_be_left_and_joined_by_another()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var ann = await server.ConnectAsync();
        var bob = await server.ConnectAsync();
        await bob.Socket.JoinAsync(ann.Socket.Id);
        await server.Io.To(ann.Socket.Id).EmitAsync("both");
        await ann.Socket.LeaveAsync(ann.Socket.Id);
        await server.Io.To(ann.Socket.Id).EmitAsync("bob only");
        await ann.Socket.JoinAsync(ann.Socket.Id);
        await server.Io.To(ann.Socket.Id).EmitAsync("both again");
        Assert.That(await ann.SettledNamesAsync(), Is.EqualTo(new[] { "both", "both again" }));
        Assert.That(await bob.SettledNamesAsync(), Is.EqualTo(new[] { "both", "bob only", "both again" }));
    }

    [Test]
    public async Task A_socket_that_disconnects_leaves_all_rooms_and_joins_no_more()
    {
        var gone = new Signal<bool>();
        await using var server = await TestServer.StartSocketIoAsync(io => io.OnDisconnect((socket, _) => gone.SetAsync(socket.IsConnected)));
        var (client, socket) = await server.ConnectAsync();
        await socket.JoinAsync("a", "b");
        await client.DisconnectAsync();
        Assert.That(await gone.NextAsync(), Is.False);
        Assert.That(socket.Rooms, Is.Empty);
        Assert.That(server.Io.Rooms, Is.Empty);
        await socket.JoinAsync("late");
        Assert.That(server.Io.Rooms, Is.Empty);
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    [Test]
    public async Task Rooms_tell_of_being_made_joined_left_and_deleted()
    {
        var told = new List<string>();
        await using var server = await TestServer.StartSocketIoAsync();
        var ann = await server.ConnectAsync();
        var bob = await server.ConnectAsync();
        server.Io.OnRoomCreated(room => told.Add($"created {room}"));
        server.Io.OnRoomDeleted(room => told.Add($"deleted {room}"));
        server.Io.OnRoomJoined((room, id) => told.Add($"{Name(id)} joined {room}"));
        server.Io.OnRoomLeft((room, id) => told.Add($"{Name(id)} left {room}"));
        await ann.Socket.JoinAsync("r");
        await bob.Socket.JoinAsync("r", "r");
        await bob.Socket.JoinAsync("r");
        await ann.Socket.LeaveAsync("r");
        await bob.Socket.LeaveAsync("r", "r");
        Assert.That(told, Is.EqualTo(new[] { "created r", "ann joined r", "bob joined r", "ann left r", "bob left r", "deleted r" }));

        string Name(string id) => id == ann.Socket.Id ? "ann" : "bob";
    }

    [Test]
    public async Task A_room_can_be_left_again_by_who_is_told_of_the_leaving()
    {
        var told = new List<string>();
        await using var server = await TestServer.StartSocketIoAsync();
        var (client, socket) = await server.ConnectAsync();
        server.Io.OnRoomLeft((room, _) =>
        {
            told.Add("left " + room);
            socket.LeaveAsync(room).AsTask().Wait();
        });
        server.Io.OnRoomDeleted(room => told.Add("deleted " + room));
        await socket.JoinAsync("r");
        await socket.LeaveAsync("r");
        Assert.That(told, Is.EqualTo(new[] { "left r", "deleted r" }));
        Assert.That(socket.Rooms, Is.EqualTo(new[] { socket.Id }));
        Assert.That(server.Io.Rooms, Is.Empty);
        await socket.EmitAsync("goes on");
        await client.NextEventAsync("goes on");
    }

    [Test]
    public async Task The_room_of_an_id_tells_of_its_life_with_the_socket()
    {
        var told = new List<string>();
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.OnRoomCreated(room => told.Add("created " + room));
            io.OnRoomJoined((room, id) => told.Add($"{id} joined {room}"));
            io.OnRoomLeft((room, id) => told.Add($"{id} left {room}"));
            io.OnRoomDeleted(room => told.Add("deleted " + room));
        });
        var (client, socket) = await server.ConnectAsync();
        await client.DisconnectAsync();
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 0);
        var id = socket.Id;
        Assert.That(told, Is.EqualTo(new[] { $"created {id}", $"{id} joined {id}", $"{id} left {id}", $"deleted {id}" }));
    }

    [Test]
    public async Task A_socket_that_left_gets_nothing_after_LeaveAsync_returns()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var connection = await server.ConnectAsync();
        await connection.Socket.JoinAsync("room");
        await server.Io.To("room").EmitAsync("in");
        await connection.Socket.LeaveAsync("room");
        await server.Io.To("room").EmitAsync("out");
        Assert.That(await connection.SettledNamesAsync(), Is.EqualTo(new[] { "in" }));
    }
}
