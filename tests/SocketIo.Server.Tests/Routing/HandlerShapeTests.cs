using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

/// <summary>
/// Handlers of every shape are registered the same way everywhere, without a cast, and do what they say: that this file compiles is half of the
/// test. A client emits "e" with the arguments 1 to 7 and asks for an acknowledgement.
/// </summary>
internal sealed class HandlerShapeTests
{
    private static IEnumerable<TestCaseData> OfNamespaces() => [.. NamespaceShapes().Select(static shape => Case(shape.Name, shape.Register, shape.Answer))];

    private static IEnumerable<TestCaseData> OfSockets() => [.. SocketShapes().Select(static shape => Case(shape.Name, shape.Register, shape.Answer))];

    private static IEnumerable<TestCaseData> OfClasses() => [.. ClassShapes().Select(static shape => Case(shape.Name, shape.Register, shape.Answer))];

    [TestCaseSource(nameof(OfNamespaces))]
    public Task A_namespace_takes_it(Action<NamespaceEvents> register, string answer) => AssertAsync((io, _) => register(io), answer);

    [TestCaseSource(nameof(OfNamespaces))]
    public async Task A_pattern_takes_it(Action<NamespaceEvents> register, string answer)
    {
        using var server = new InMemoryServer();
        register(server.Io.OfPattern("/tenant-{id}"));
        var client = server.Open();
        client.Join("/tenant-1");
        client.Send("42/tenant-1,5[\"e\",1,2,3,4,5,6,7]");
        Assert.That(await client.NextAsync(), Is.EqualTo("43/tenant-1,5" + answer));
    }

    [TestCaseSource(nameof(OfSockets))]
    public Task A_socket_takes_it(Action<Socket> register, string answer) => AssertAsync((_, socket) => register(socket), answer);

    [TestCaseSource(nameof(OfClasses))]
    public Task A_handler_class_takes_it(Action<EventMap<Handlers>> register, string answer) => AssertAsync((io, _) =>
    {
        Handlers.Mapping.Value = register;
        io.AddHandlers<Handlers>();
    }, answer);

    private static IEnumerable<(string Name, Action<NamespaceEvents> Register, string Answer)> NamespaceShapes() =>
    [
        ("nothing", io => io.On("e", (Socket _) => { }), "[]"),
        ("value", io => io.On("e", (Socket _) => 1), "[1]"),
        ("null", io => io.On("e", (Socket _) => (string?)null), "[null]"),
        ("tuple", io => io.On("e", (Socket _, int a) => (a, "two", new[] { 3, 4 })), """[1,"two",[3,4]]"""),
        ("task of a tuple", io => io.On("e", async (Socket _, int a) =>
        {
            await Task.Yield();
            return (a, "two");
        }), """[1,"two"]"""),
        ("task", io => io.On("e", (Socket _) => Task.CompletedTask), "[]"),
        ("task of a value", io => io.On("e", (Socket _) => Task.FromResult(1)), "[1]"),
        ("value task", io => io.On("e", (Socket _) => ValueTask.CompletedTask), "[]"),
        ("value task of a value", io => io.On("e", (Socket _) => ValueTask.FromResult(1)), "[1]"),
        ("async", io => io.On("e", async (Socket _) => await Task.Yield()), "[]"),
        ("async value", io => io.On("e", async (Socket _) =>
        {
            await Task.Yield();
            return 1;
        }), "[1]"),
        ("async value task", io => io.On("e", async ValueTask (Socket _, int _) => await Task.Yield()), "[]"),
        ("async value task of a value", io => io.On("e", async ValueTask<int> (Socket _, int a) =>
        {
            await Task.Yield();
            return a;
        }), "[1]"),
        ("join", io => io.On("e", (Socket s, int room) => s.JoinAsync($"room {room}")), "[]"),
        ("emit", io => io.On("e", (Socket s, int a) => s.To("nobody").EmitAsync("e", a)), "[]"),
        ("conditional task", io => io.On("e", (Socket s, int a) => a == 0 ? Task.CompletedTask : s.JoinAsync("r").AsTask()), "[]"),
        ("statement", io => io.On("e", (Socket s, int a) => s.Data["a"] = a), "[1]"),
        ("two", io => io.On("e", (Socket _, int a, double b) => $"{a} {b}"), """["1 2"]"""),
        ("six", io => io.On("e", (Socket _, int a, long b, double c, int d, int e, int f) => a + b + c + d + e + f), "[21]"),
        ("six, asynchronous", io => io.On("e", async (Socket _, int a, int b, int c, int d, int e, int f) =>
        {
            await Task.Yield();
            return a + b + c + d + e + f;
        }), "[21]"),
        ("six and an ack", io => io.On("e", (Socket _, int a, int b, int c, int d, int e, int f, Ack ack) => ack.SendAsync(a + b + c + d + e + f)), "[21]"),
        ("any number", io => io.On("e", (Socket _, IncomingEvent e) => e.Count), "[7]"),
        ("any number, asynchronous", io => io.On("e", async (Socket _, IncomingEvent e) =>
        {
            await Task.Yield();
            return e.Get<int>(6);
        }), "[7]"),
        ("any number, nothing", io => io.On("e", (Socket s, IncomingEvent e) => s.JoinAsync(e.Name)), "[]"),
        ("any number and an ack", io => io.On("e", (Socket _, IncomingEvent e, Ack ack) => ack.SendAsync(e.Count, "b")), """[7,"b"]"""),
        ("variable, nothing", static io =>
        {
            Action<Socket, int> handler = static (_, _) => { };
            io.On("e", handler);
        }, "[]"),
        ("variable, task", static io =>
        {
            Func<Socket, int, Task> handler = static (_, _) => Task.FromResult(1);
            io.On("e", handler);
        }, "[]"),
        ("variable, task of a value", static io =>
        {
            Func<Socket, int, Task<int>> handler = static (_, a) => Task.FromResult(a);
            io.On("e", handler);
        }, "[1]"),
        ("variable, value task", static io =>
        {
            Func<Socket, int, ValueTask> handler = static (_, _) => ValueTask.CompletedTask;
            io.On("e", handler);
        }, "[]"),
        ("variable, value task of a value", static io =>
        {
            Func<Socket, int, ValueTask<int>> handler = static (_, a) => ValueTask.FromResult(a);
            io.On("e", handler);
        }, "[1]"),
        ("variable, value", static io =>
        {
            Func<Socket, int, int> handler = static (_, a) => a;
            io.On("e", handler);
        }, "[1]"),
        ("method", io => io.On("e", Nothing), "[]"),
        ("method, task", io => io.On("e", Later), "[]"),
        ("method, one argument", io => io.On<int>("e", JoinAsync), "[]"),
        ("method, two arguments and a value", io => io.On<int, int, int>("e", AddAsync), "[3]"),
        ("lambda without types", io => io.On<int>("e", async (socket, room) => await socket.JoinAsync($"room {room}")), "[]"),
        ("once", io => io.Once("e", (Socket _, int a) => ValueTask.FromResult(a)), "[1]"),
        ("once, six", io => io.Once("e", (Socket _, int a, int b, int c, int d, int e, int f) => a + b + c + d + e + f), "[21]"),
    ];

    private static IEnumerable<(string Name, Action<Socket> Register, string Answer)> SocketShapes() =>
    [
        ("nothing", socket => socket.On("e", () => { }), "[]"),
        ("value", socket => socket.On("e", () => 1), "[1]"),
        ("task", socket => socket.On("e", () => Task.CompletedTask), "[]"),
        ("task of a value", socket => socket.On("e", () => Task.FromResult(1)), "[1]"),
        ("value task", socket => socket.On("e", () => ValueTask.CompletedTask), "[]"),
        ("value task of a value", socket => socket.On("e", () => ValueTask.FromResult(1)), "[1]"),
        ("async", socket => socket.On("e", async () => await Task.Yield()), "[]"),
        ("async value", socket => socket.On("e", async (int a) =>
        {
            await Task.Yield();
            return a;
        }), "[1]"),
        ("join", socket => socket.On("e", (int room) => socket.JoinAsync($"room {room}")), "[]"),
        ("six", socket => socket.On("e", (int a, int b, int c, int d, int e, int f) => a + b + c + d + e + f), "[21]"),
        ("six and an ack", socket => socket.On("e", (int a, int b, int c, int d, int e, int f, Ack ack) => ack.SendAsync(f)), "[6]"),
        ("any number", socket => socket.On("e", (IncomingEvent e) => e.Count), "[7]"),
        ("any number and an ack", socket => socket.On("e", async (IncomingEvent e, Ack ack) => await ack.SendAsync(e.Count)), "[7]"),
        ("ack", socket => socket.On("e", (Ack ack) => ack.SendAsync()), "[]"),
        ("once", socket => socket.Once("e", (int a) => Task.FromResult(a)), "[1]"),
        ("once, any number", socket => socket.Once("e", (IncomingEvent e) => e.Count), "[7]"),
    ];

    private static IEnumerable<(string Name, Action<EventMap<Handlers>> Register, string Answer)> ClassShapes() =>
    [
        ("nothing", events => events.On("e", static (handlers, socket) => { }), "[]"),
        ("value", events => events.On("e", static (handlers, socket) => 1), "[1]"),
        ("task", events => events.On("e", static (handlers, socket) => Later(socket)), "[]"),
        ("task of a value", events => events.On("e", static (Handlers _, Socket socket, int a, int b) => AddAsync(socket, a, b)), "[3]"),
        ("value task", events => events.On("e", static (Handlers _, Socket socket, int room) => JoinAsync(socket, room)), "[]"),
        ("value task of a value", events => events.On("e", static (Handlers _, Socket _, int a) => ValueTask.FromResult(a)), "[1]"),
        ("async", events => events.On("e", static async (handlers, socket) => await Task.Yield()), "[]"),
        ("six", events => events.On("e", static (Handlers _, Socket _, int a, int b, int c, int d, int e, int f) => a + b + c + d + e + f), "[21]"),
        ("six and an ack", events => events.On("e", static (Handlers _, Socket _, int a, int b, int c, int d, int e, int f, Ack ack) => ack.SendAsync(a, f)), "[1,6]"),
        ("any number", events => events.On("e", static (Handlers _, Socket _, IncomingEvent e) => e.Count), "[7]"),
        ("once", events => events.Once("e", static (Handlers _, Socket _, int a) => a), "[1]"),
    ];

    private static TestCaseData Case(string name, Delegate register, string answer) =>
        new TestCaseData(register, answer).SetArgDisplayNames(name);

    private static async Task AssertAsync(Action<SocketIoServer, Socket> register, string answer)
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        register(server.Io, socket);
        client.EmitWithAck(5, "e", "1", "2", "3", "4", "5", "6", "7");
        Assert.That(await client.NextAsync(), Is.EqualTo("435" + answer));
    }

    private static void Nothing(Socket socket)
    {
    }

    private static async Task Later(Socket socket) => await Task.Yield();

    private static ValueTask JoinAsync(Socket socket, int room) => socket.JoinAsync($"room {room}");

    private static Task<int> AddAsync(Socket socket, int a, int b) => Task.FromResult(a + b);

    internal sealed class Handlers : ISocketHandlers<Handlers>
    {
        public static AsyncLocal<Action<EventMap<Handlers>>> Mapping { get; } = new();

        public static void Map(EventMap<Handlers> events) => Mapping.Value!(events);
    }
}
