using Microsoft.Extensions.Logging;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Rooms;

[NonParallelizable]
public class SocketRoomsTests
{
    [TestCase(1)]
    [TestCase(2)]
    public async Task A_socket_knows_its_rooms_however_many_there_are(int seed)
    {
        using var server = new InMemoryServer();
        var (_, socket) = server.Connect();
        var random = new Random(seed);
        var expected = new HashSet<string> { socket.Id };
        for (var i = 0; i < 5_000; i++)
        {
            // from none to dozens and back
            var room = "r" + random.Next(40);
            if (random.Next(10) < (i / 500 % 2 == 0 ? 8 : 2))
            {
                await socket.JoinAsync(room);
                expected.Add(room);
            }
            else
            {
                await socket.LeaveAsync(room);
                expected.Remove(room);
            }
            if (!expected.SetEquals(socket.Rooms) || socket.IsIn(room) != expected.Contains(room))
                Assert.Fail($"[{string.Join(' ', socket.Rooms)}] instead of [{string.Join(' ', expected)}] after {i} operations");
        }
        await socket.DisconnectAsync();
        Assert.That(socket.Rooms, Is.Empty);
        Assert.That(server.Io.Rooms, Is.Empty);
    }

    [Test]
    public async Task Thousands_of_rooms_of_one_socket_cost_as_much_each_as_the_first_hundreds()
    {
        using var server = new InMemoryServer();
        var (_, socket) = server.Connect();
        var names = Enumerable.Range(0, 10_000).Select(i => "r" + i).ToArray();
        await Bytes(0, 100);
        var first = await Bytes(100, 1_000);
        var last = await Bytes(9_000, 10_000);
        Assert.That(last, Is.LessThan(2 * first));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            await socket.LeaveAsync(names[i]);
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000, Is.LessThan(first), "a copy of the others would be more");

        async Task<long> Bytes(int from, int to)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = from; i < to; i++)
                await socket.JoinAsync(names[i]);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / (to - from);
        }
    }

    [Test]
    public async Task A_room_more_than_allowed_is_an_error_of_who_joins_it_and_no_other_socket_s()
    {
        using var server = new InMemoryServer(options => options.MaxRooms = 2);
        server.Log.Expect("failed to join rooms");
        var clients = server.Connect(3);
        await clients[1].Socket.JoinAsync("a", "b");
        Assert.That(
            () => clients[1].Socket.JoinAsync("c").AsTask(),
            Throws.TypeOf<RoomLimitException>().With.Message.Contains("MaxRooms").And.Message.Contains(clients[1].Socket.Id));
        await clients[1].Socket.JoinAsync("a");
        await server.Io.SocketsJoinAsync("c");
        Assert.That(server.Log.Entries.Single(entry => entry.Level >= LogLevel.Warning), Has.Property("Exception").Null.And.Property("Level").EqualTo(LogLevel.Warning));
        Assert.That(clients.Select(pair => pair.Socket.IsIn("c")), Is.EqualTo((bool[])[true, false, true]));
        await clients[1].Socket.LeaveAsync("a");
        await clients[1].Socket.JoinAsync("c");
    }

    [Test]
    public async Task A_namespace_says_how_many_are_in_its_rooms()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        await server.Io.SocketsJoinAsync("all");
        await clients[0].Socket.JoinAsync("some");
        await clients[1].Socket.JoinAsync("some");
        Assert.That(server.Io.Rooms, Is.EquivalentTo((KeyValuePair<string, int>[])[new("all", 3), new("some", 2)]));
        Assert.That(server.Io.Rooms["some"], Is.EqualTo(2));
        Assert.That(server.Io.Rooms.GetValueOrDefault("none"), Is.Zero);
        Assert.That(() => server.Io.Rooms["none"], Throws.InstanceOf<KeyNotFoundException>());
        Assert.That(server.Io.Rooms.ContainsKey(clients[0].Socket.Id), Is.False);

        clients[0].Client.Lose();
        Assert.That(server.Io.Rooms["some"], Is.EqualTo(1));
        Assert.That((server.Io.Rooms.Count, server.Io.Rooms.Values.Sum()), Is.EqualTo((2, 3)));
    }
}
