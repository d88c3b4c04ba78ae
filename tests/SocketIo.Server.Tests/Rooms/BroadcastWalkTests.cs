using SocketIo.Rooms;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Rooms;

public class BroadcastWalkTests
{
    private static readonly string[][] Layout = [["a"], ["b"], ["a", "b"], ["a", "c"], ["b", "c"], ["a", "b", "c"], [], ["a"], ["b"]];

    private static readonly Dictionary<string, Func<Socket, Task>> Changes = new()
    {
        ["leaves a"] = socket => socket.LeaveAsync("a").AsTask(),
        ["leaves b"] = socket => socket.LeaveAsync("b").AsTask(),
        ["leaves c"] = socket => socket.LeaveAsync("c").AsTask(),
        ["joins a"] = socket => socket.JoinAsync("a").AsTask(),
        ["joins b"] = socket => socket.JoinAsync("b").AsTask(),
        ["joins c"] = socket => socket.JoinAsync("c").AsTask(),
        ["moves from a to b"] = socket => Move(socket, "a", "b"),
        ["moves from b to a"] = socket => Move(socket, "b", "a"),
        ["leaves a and comes back"] = socket => Move(socket, "a", "a"),
        ["disconnects"] = socket => socket.DisconnectAsync().AsTask(),
    };

    private static readonly Dictionary<string, BroadcastTarget> Targets = new()
    {
        ["everybody"] = default,
        ["everybody but c"] = new() { Except = Walk.Names("c") },
        ["a"] = new() { Rooms = Walk.Names("a") },
        ["a and b"] = new() { Rooms = Walk.Names("a", "b") },
        ["b and a"] = new() { Rooms = Walk.Names("b", "a") },
        ["a and b but c"] = new() { Rooms = Walk.Names("a", "b"), Except = Walk.Names("c") },
    };

    public static IEnumerable<string> TargetNames => Targets.Keys;

    public static IEnumerable<string> ChangeNames => Changes.Keys;

    [Test]
    public async Task Members_throughout_are_visited_once_whatever_another_does_at_any_step(
        [ValueSource(nameof(TargetNames))] string targetName, [ValueSource(nameof(ChangeNames))] string changeName)
    {
        using var server = new InMemoryServer();
        var target = Targets[targetName];
        for (var actor = 0; actor < Layout.Length; actor++)
        {
            // step -1 is before the walk, the last one after it
            for (var step = -1; step <= Layout.Length; step++)
                await WalkWithChange(server, target, changeName, actor, step);
        }
    }

    [Test]
    public async Task Who_left_before_the_walk_is_not_visited()
    {
        using var server = new InMemoryServer();
        var sockets = await ArrangeAsync(server);
        await sockets[0].LeaveAsync("a");
        var visits = Walk.Of(server.Io, Targets["a and b"], _ => { });
        Assert.That(visits, Does.Not.ContainKey(sockets[0]));
    }

    [Test]
    public async Task Who_changes_from_a_room_to_a_later_one_during_the_walk_is_visited_once()
    {
        using var server = new InMemoryServer();
        var sockets = server.Connect(3).Select(pair => pair.Socket).ToArray();
        await sockets[0].JoinAsync("a");
        await sockets[1].JoinAsync("a");
        await sockets[2].JoinAsync("b");
        var visits = Walk.Of(server.Io, Targets["a and b"], step => Do(step == 1, () => Move(sockets[0], "a", "b")));
        Assert.That(visits[sockets[0]], Is.EqualTo(1));
    }

    [Test]
    public async Task Growth_and_compaction_during_the_walk_neither_lose_nor_repeat_a_member([Range(0, 9)] int step)
    {
        using var server = new InMemoryServer();
        var all = server.Connect(400).Select(pair => pair.Socket).ToArray();
        foreach (var socket in all)
            await socket.JoinAsync("r");
        var steady = all.Where((_, i) => i % 40 == 7).ToArray();
        var room = new BroadcastTarget { Rooms = Walk.Names("r") };

        // all others leave: the room shrinks twice while it is walked
        var visits = Walk.Of(server.Io, room, at => Do(at == step * 40, () => Leave(all.Except(steady))));
        Assert.That(steady.Select(socket => visits.GetValueOrDefault(socket)), Is.All.EqualTo(1));
        Assert.That(visits.Values, Is.All.EqualTo(1));

        // and grows again
        visits = Walk.Of(server.Io, room, at => Do(at == step, () => Join(all.Except(steady))));
        Assert.That(steady.Select(socket => visits.GetValueOrDefault(socket)), Is.All.EqualTo(1));
        Assert.That(visits.Values, Is.All.EqualTo(1));

        static async Task Leave(IEnumerable<Socket> sockets)
        {
            foreach (var socket in sockets)
                await socket.LeaveAsync("r");
        }

        static async Task Join(IEnumerable<Socket> sockets)
        {
            foreach (var socket in sockets)
                await socket.JoinAsync("r");
        }
    }

    private static async Task WalkWithChange(InMemoryServer server, BroadcastTarget target, string changeName, int actor, int step)
    {
        var sockets = await ArrangeAsync(server);
        var change = Changes[changeName];
        if (step == -1)
            await change(sockets[actor]);
        var expectedOfActor = step == -1 ? Expected(sockets[actor], target) : -1;

        var visits = Walk.Of(server.Io, target, at => Do(at == step, () => change(sockets[actor])));

        Assert.Multiple(() =>
        {
            for (var i = 0; i < sockets.Length; i++)
            {
                var count = visits.GetValueOrDefault(sockets[i]);
                if (i != actor)
                    Assert.That(count, Is.EqualTo(Expected(sockets[i], target)), $"socket {i} while {actor} {changeName} at {step}");
                else if (expectedOfActor >= 0)
                    Assert.That(count, Is.EqualTo(expectedOfActor), $"socket {i}, which {changeName} before");
                else
                    Assert.That(count, Is.LessThanOrEqualTo(2), $"socket {i}, which {changeName} at {step}");
            }
        });
        await server.Io.DisconnectSocketsAsync(close: true);
    }

    private static async Task<Socket[]> ArrangeAsync(InMemoryServer server)
    {
        var sockets = server.Connect(Layout.Length).Select(pair => pair.Socket).ToArray();
        for (var i = 0; i < sockets.Length; i++)
        {
            if (Layout[i].Length > 0)
                await sockets[i].JoinAsync(Layout[i]);
        }
        return sockets;
    }

    private static int Expected(Socket socket, in BroadcastTarget target)
    {
        var isIn = target.Rooms.Count == 0;
        for (var i = 0; i < target.Rooms.Count; i++)
            isIn |= socket.Rooms.Contains(target.Rooms[i]);
        for (var i = 0; i < target.Except.Count; i++)
            isIn &= !socket.Rooms.Contains(target.Except[i]);
        return isIn && socket.IsConnected ? 1 : 0;
    }

    private static async Task Move(Socket socket, string from, string to)
    {
        await socket.LeaveAsync(from);
        await socket.JoinAsync(to);
    }

    // Everything here completes at once, so that the walk goes on behind it.
    private static void Do(bool now, Func<Task> change)
    {
        if (now)
            Assert.That(change().IsCompletedSuccessfully);
    }
}
