using SocketIo.Rooms;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Rooms;

public class RoomTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void A_room_holds_every_member_exactly_once_through_joins_leaves_growth_and_compaction(int seed)
    {
        using var server = new InMemoryServer();
        var sockets = server.Connect(400).Select(pair => pair.Socket).ToArray();
        var random = new Random(seed);
        var room = new Room<Socket>("r");
        var members = new Dictionary<Socket, Membership<Socket>>();
        var sizes = new HashSet<int>();
        for (var i = 0; i < 100_000; i++)
        {
            // the tide: mostly joins, then mostly leaves
            var wantsIn = random.Next(10) < (i / 2_000 % 2 == 0 ? 9 : 1);
            var socket = sockets[random.Next(sockets.Length)];
            if (wantsIn && !members.ContainsKey(socket))
                members[socket] = room.TryJoin(socket)!;
            else if (!wantsIn && members.Remove(socket, out var membership))
                Assert.That(room.Leave(membership, dieWhenEmpty: false), Is.False);

            sizes.Add(room.Slots.Length);
            if (room.Count != members.Count)
                Assert.Fail($"{room.Count} members instead of {members.Count} after {i} operations");
            if (i % 500 == 0)
                AssertHolds(room, members.Keys);
        }
        AssertHolds(room, members.Keys);
        Assert.That(sizes, Does.Contain(2).And.Contains(512).And.Contains(128), "grew and was compacted");
    }

    [Test]
    public void A_dead_room_refuses_to_be_joined()
    {
        using var server = new InMemoryServer();
        var (_, socket) = server.Connect();
        var room = new Room<Socket>("r");
        Assert.That(room.Leave(room.TryJoin(socket)!, dieWhenEmpty: true), Is.True);
        Assert.That(room.TryJoin(socket), Is.Null);
    }

    [Test]
    public void A_room_that_is_not_to_die_is_joined_again()
    {
        using var server = new InMemoryServer();
        var (_, socket) = server.Connect();
        var room = new Room<Socket>("r");
        room.Leave(room.TryJoin(socket)!, dieWhenEmpty: false);
        Assert.That(room.TryJoin(socket), Is.Not.Null);
        AssertHolds(room, [socket]);
    }

    [Test]
    public void A_join_that_finds_a_room_dead_but_not_yet_removed_makes_another()
    {
        using var server = new InMemoryServer();
        var (_, socket) = server.Connect();
        var index = new RoomIndex<Socket>();
        var first = index.Join("r", socket, out _);
        first.Room.Leave(first, dieWhenEmpty: true);
        Assert.That(index.TryGet("r", out _), "the room is dead but still in the index");

        var second = index.Join("r", socket, out var created);

        Assert.That(created);
        Assert.That(second.Room, Is.Not.SameAs(first.Room));
        Assert.That(index.TryGet("r", out var found) && found == second.Room);
    }

    [Test]
    public void Threads_that_join_and_leave_one_name_end_with_the_room_gone_and_every_event_in_pairs()
    {
        using var server = new InMemoryServer();
        var created = 0;
        var deleted = 0;
        server.Io.OnRoomCreated(room => Interlocked.Add(ref created, room == "r" ? 1 : 0));
        server.Io.OnRoomDeleted(room => Interlocked.Add(ref deleted, room == "r" ? 1 : 0));
        var sockets = server.Connect(4).Select(pair => pair.Socket).ToArray();

        Parallel.ForEach(sockets, new ParallelOptions { MaxDegreeOfParallelism = 4 }, socket =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                socket.JoinAsync("r").AsTask().Wait();
                if (!server.Io.Members.Rooms.TryGet("r", out var room) || !room.Slots.Contains(socket))
                    Assert.Fail("a member is not in the room of the index");
                socket.LeaveAsync("r").AsTask().Wait();
            }
        });

        Assert.That(server.Io.Rooms, Is.Empty);
        Assert.That(created, Is.GreaterThan(0).And.EqualTo(deleted));
    }

    private static void AssertHolds(Room<Socket> room, IReadOnlyCollection<Socket> members)
    {
        var held = room.Slots.OfType<Socket>().ToArray();
        Assert.That(held, Is.Unique);
        Assert.That(held.ToHashSet().SetEquals(members));
    }
}
