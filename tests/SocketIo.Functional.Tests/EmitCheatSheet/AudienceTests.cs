using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.EmitCheatSheet;

/// <summary>
/// Who gets what. Four clients: Ann is in rooms a and b, Bob in b and c, Cyd in c, Dan in none; Eve is in room a of another
/// namespace. Where a socket is the sender it is Ann's.
/// </summary>
public sealed class AudienceTests
{
    private static readonly string[] Rooms = ["ab", "bc", "c", ""];
    private static readonly byte[] Binary = [0, 4, 1, 255];

    private TestServer _server = null!;
    private Connection[] _everybody = [];
    private Connection _eve = null!;

    public delegate Task Emit(SocketIoServer io, Socket ann, string[] ids, string name);

    [OneTimeSetUp]
    public async Task ConnectAllAsync()
    {
        _server = await TestServer.StartSocketIoAsync(io => io.Of("/other"));
        var everybody = new List<Connection>();
        foreach (var rooms in Rooms)
        {
            var connection = await _server.ConnectAsync();
            foreach (var room in rooms)
                await connection.Socket.JoinAsync(room.ToString());
            everybody.Add(connection);
        }
        _everybody = [.. everybody];
        _eve = await _server.ConnectAsync("/other");
        await _eve.Socket.JoinAsync("a");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCaseSource(nameof(Lines))]
    public async Task Exactly_the_audience_gets_the_event_and_once(Emit emit, string expected)
    {
        var name = TestContext.CurrentContext.Test.ID;
        await emit(_server.Io, _everybody[0].Socket, [.. _everybody.Select(connection => connection.Socket.Id)], name);
        Assert.That(await ReceiversAsync(name), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(BinaryLines))]
    public async Task Binary_reaches_exactly_the_audience_whole_and_once(Emit emit, string expected)
    {
        var name = TestContext.CurrentContext.Test.ID;
        await emit(_server.Io, _everybody[0].Socket, [.. _everybody.Select(connection => connection.Socket.Id)], name);
        var received = await ReceivedAsync(name);
        Assert.That(string.Join(' ', received.Select(pair => pair.Receiver)), Is.EqualTo(expected));
        Assert.That(received.Select(pair => pair.Event.Args.Single().GetBinary()), Is.All.EqualTo(Binary));
    }

    [Test]
    public void A_broadcast_to_no_room_throws_instead_of_reaching_everybody()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => _server.Io.To(), Throws.ArgumentException);
            Assert.That(() => _server.Io.In([]), Throws.ArgumentException);
            Assert.That(() => _everybody[0].Socket.To(), Throws.ArgumentException);
            Assert.That(() => _server.Io.To("a").To(), Throws.ArgumentException);
            Assert.That(() => _server.Io.To(null!), Throws.InstanceOf<ArgumentException>());
        });
    }

    [Test]
    public async Task An_operator_does_not_change_when_another_is_made_from_it()
    {
        var b = _server.Io.To("b");
        _ = b.To("c").Except("a").Volatile.Local;
        await b.EmitAsync("unchanged");
        Assert.That(await ReceiversAsync("unchanged"), Is.EqualTo("Ann Bob"));
    }

    [Test]
    public async Task An_operator_of_a_socket_does_not_change_when_it_or_another_made_from_it_is_used()
    {
        var own = _everybody[0].Socket.Local.Compress(false).To("a", "b").Except("nobody");
        await own.To("c").EmitAsync("wider");
        await own.Except("c").EmitAsync("narrower");
        await own.Volatile.Compress(true).EmitAsync("volatile");
        await _everybody[0].Socket.To("c").EmitAsync("from the socket");
        await own.EmitAsync("unchanged operator");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await ReceiversAsync("wider"), Is.EqualTo("Bob Cyd"));
            Assert.That(await ReceiversAsync("narrower"), Is.Empty);
            Assert.That(await ReceiversAsync("from the socket"), Is.EqualTo("Bob Cyd"));
            Assert.That(await ReceiversAsync("unchanged operator"), Is.EqualTo("Bob"));
        });
    }

    private static IEnumerable<TestCaseData> Lines()
    {
        // basic
        yield return Line("socket.EmitAsync", "Ann", (_, ann, _, name) => ann.EmitAsync(name));
        yield return Line("socket.Broadcast", "Bob Cyd Dan", (_, ann, _, name) => ann.Broadcast.EmitAsync(name));
        yield return Line("io.EmitAsync", "Ann Bob Cyd Dan", (io, _, _, name) => io.EmitAsync(name));

        // rooms, from the server
        yield return Line("io.To one room", "Ann", (io, _, _, name) => io.To("a").EmitAsync(name));
        yield return Line("io.In one room", "Bob Cyd", (io, _, _, name) => io.In("c").EmitAsync(name));
        yield return Line("io.To several rooms at once", "Ann Bob", (io, _, _, name) => io.To("a", "b").EmitAsync(name));
        yield return Line("io.To several rooms one after the other", "Ann Bob Cyd", (io, _, _, name) => io.To("a").To("b").To("c").EmitAsync(name));
        yield return Line("io.To a list of rooms", "Ann Bob Cyd", (io, _, _, name) => io.To("a").To(["b", "c"]).EmitAsync(name));
        yield return Line("io.To then In", "Ann Bob Cyd", (io, _, _, name) => io.To("a").In("c").EmitAsync(name));
        yield return Line("io.To the same room twice", "Ann Bob", (io, _, _, name) => io.To("b", "b").To("b").EmitAsync(name));
        yield return Line("io.To an empty room", "", (io, _, _, name) => io.To("nobody").EmitAsync(name));
        yield return Line("io.Except a room", "Cyd Dan", (io, _, _, name) => io.Except("b").EmitAsync(name));
        yield return Line("io.Except several rooms", "Dan", (io, _, _, name) => io.Except("a").Except("c").EmitAsync(name));
        yield return Line("io.Except an empty room", "Ann Bob Cyd Dan", (io, _, _, name) => io.Except("nobody").EmitAsync(name));
        yield return Line("io.To Except", "Bob", (io, _, _, name) => io.To("b").Except("a").EmitAsync(name));
        yield return Line("io.Except To", "Bob", (io, _, _, name) => io.Except("a").To("b").EmitAsync(name));
        yield return Line("io.To(a).To([b, c]).Except(a)", "Bob Cyd", (io, _, _, name) => io.To("a").To("b", "c").Except("a").EmitAsync(name));
        yield return Line("io.To an id", "Dan", (io, _, ids, name) => io.To(ids[3]).EmitAsync(name));
        yield return Line("io.To an id and a room of it", "Ann Bob", (io, _, ids, name) => io.To(ids[0], "b").EmitAsync(name));
        yield return Line("io.Except an id", "Ann Cyd Dan", (io, _, ids, name) => io.Except(ids[1]).EmitAsync(name));
        yield return Line("io.To a room Except an id", "Ann", (io, _, ids, name) => io.To("b").Except(ids[1]).EmitAsync(name));

        // rooms, from a socket
        yield return Line("socket.To a room it is in", "Bob", (_, ann, _, name) => ann.To("b").EmitAsync(name));
        yield return Line("socket.To a room it is not in", "Bob Cyd", (_, ann, _, name) => ann.To("c").EmitAsync(name));
        yield return Line("socket.In several rooms", "Bob Cyd", (_, ann, _, name) => ann.In("a", "b").In("c").EmitAsync(name));
        yield return Line("socket.Except", "Dan", (_, ann, _, name) => ann.Except("c").EmitAsync(name));
        yield return Line("socket.Broadcast To", "Bob", (_, ann, _, name) => ann.Broadcast.To("b").EmitAsync(name));
        yield return Line("socket.Broadcast Except", "Cyd Dan", (_, ann, _, name) => ann.Broadcast.Except("b").EmitAsync(name));
        yield return Line("socket.To Except", "Cyd", (_, ann, _, name) => ann.To("c").Except("b").EmitAsync(name));
        yield return Line("socket.To its own id", "", (_, ann, ids, name) => ann.To(ids[0]).EmitAsync(name));
        yield return Line("socket.To another's id", "Cyd", (_, ann, ids, name) => ann.To(ids[2]).EmitAsync(name));

        // namespaces
        yield return Line("io.Of", "Eve", (io, _, _, name) => io.Of("/other").EmitAsync(name));
        yield return Line("io.Of To", "Eve", (io, _, _, name) => io.Of("/other").To("a").EmitAsync(name));
        yield return Line("io.Of Except a room it has", "", (io, _, _, name) => io.Of("/other").Except("a").EmitAsync(name));
        yield return Line("io.Of Except an id that is elsewhere", "Eve", (io, _, ids, name) => io.Of("/other").Except(ids).EmitAsync(name));
        yield return Line("io.Of To a room that is elsewhere", "", (io, _, _, name) => io.Of("/other").To("b").EmitAsync(name));

        // flags, in any order
        yield return Line("io.Local", "Ann Bob Cyd Dan", (io, _, _, name) => io.Local.EmitAsync(name));
        yield return Line("io.Local To", "Ann Bob", (io, _, _, name) => io.Local.To("b").EmitAsync(name));
        yield return Line("io.To Local", "Ann Bob", (io, _, _, name) => io.To("b").Local.EmitAsync(name));
        yield return Line("socket.Local", "Bob Cyd Dan", (_, ann, _, name) => ann.Local.EmitAsync(name));
        yield return Line("socket.Local To", "Bob", (_, ann, _, name) => ann.Local.To("b").EmitAsync(name));
        yield return Line("io.Volatile", "Ann Bob Cyd Dan", (io, _, _, name) => io.Volatile.EmitAsync(name));
        yield return Line("io.Volatile To Except", "Bob", (io, _, _, name) => io.Volatile.To("b").Except("a").EmitAsync(name));
        yield return Line("io.To Volatile", "Ann Bob", (io, _, _, name) => io.To("b").Volatile.EmitAsync(name));
        yield return Line("socket.Volatile", "Ann", (_, ann, _, name) => ann.Volatile.EmitAsync(name));
        yield return Line("socket.Volatile Broadcast", "Bob Cyd Dan", (_, ann, _, name) => ann.Volatile.Broadcast.EmitAsync(name));
        yield return Line("socket.Volatile To", "Bob", (_, ann, _, name) => ann.Volatile.To("b").EmitAsync(name));
        yield return Line("socket.To Volatile", "Bob", (_, ann, _, name) => ann.To("b").Volatile.EmitAsync(name));
        yield return Line("io.Compress", "Ann Bob Cyd Dan", (io, _, _, name) => io.Compress(true).EmitAsync(name));
        yield return Line("io.To Compress", "Ann Bob", (io, _, _, name) => io.To("b").Compress(false).EmitAsync(name));
        yield return Line("socket.Compress", "Ann", (_, ann, _, name) => ann.Compress(false).EmitAsync(name));
        yield return Line("socket.Compress Broadcast", "Bob Cyd Dan", (_, ann, _, name) => ann.Compress(true).Broadcast.EmitAsync(name));
        yield return Line(
            "all flags mixed with rooms", "Bob", (io, _, _, name) => io.Except("a").Compress(true).To("b").Local.EmitAsync(name));
    }

    private static IEnumerable<TestCaseData> BinaryLines()
    {
        yield return Line("io", "Ann Bob Cyd Dan", (io, _, _, name) => io.EmitAsync(name, Binary));
        yield return Line("io.Of", "Eve", (io, _, _, name) => io.Of("/other").EmitAsync(name, Binary));
        yield return Line("io.To", "Ann Bob Cyd", (io, _, _, name) => io.To("a", "b").To("c").EmitAsync(name, Binary));
        yield return Line("io.Except", "Dan", (io, _, _, name) => io.Except("b", "c").EmitAsync(name, Binary));
        yield return Line("socket", "Ann", (_, ann, _, name) => ann.EmitAsync(name, Binary));
        yield return Line("socket.Broadcast To", "Bob", (_, ann, _, name) => ann.Broadcast.To("b").EmitAsync(name, Binary));
    }

    private static TestCaseData Line(string line, string expected, Func<SocketIoServer, Socket, string[], string, ValueTask> emit) =>
        new TestCaseData((Emit)((io, ann, ids, name) => emit(io, ann, ids, name).AsTask()), expected).SetArgDisplayNames(line, expected);

    private async Task<string> ReceiversAsync(string name) =>
        string.Join(' ', (await ReceivedAsync(name)).Select(pair => pair.Receiver));

    private async Task<List<(string Receiver, NodeEvent Event)>> ReceivedAsync(string name)
    {
        var names = new[] { "Ann", "Bob", "Cyd", "Dan", "Eve" };
        Connection[] connections = [.. _everybody, _eve];
        var found = new List<(string, NodeEvent)>();
        for (var i = 0; i < connections.Length; i++)
        {
            foreach (var received in await connections[i].SettledEventsAsync())
            {
                if (received.Name == name)
                    found.Add((names[i], received));
            }
        }
        return found;
    }
}
