using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

/// <summary>Handlers that could never run, or not with what they ask for, are refused where they are registered.</summary>
internal sealed partial class HandlerRuleTests
{
    private InMemoryServer _server = null!;

    private static IEnumerable<TestCaseData> UnreadableTypes() =>
    [
        Case("a token", "'token', of type CancellationToken: ", "Socket.Disconnection", io => io.On("e", (Socket _, int a, CancellationToken token) => a)),
        Case("a token first", "parameter 2, 'token'", "", io => io.On("e", (Socket _, CancellationToken token) => { })),
        Case("a request", "parameter 3, 'context', of type HttpContext", "Socket.HttpContext", io => io.On("e", (Socket _, string a, HttpContext context) => { })),
        Case("a second socket", "parameter 3, 'other', of type Socket", "first parameter", io => io.On("e", (Socket _, int a, Socket other) => Task.CompletedTask)),
        Case("an interface", "'clock', of type IClock", "no client can send it", io => io.On("e", (Socket _, IClock clock) => ValueTask.CompletedTask)),
        Case("a service", "'greeter', of type Greeter", "it is a service", io => io.On("e", (Socket _, Greeter greeter) => 1)),
        Case("an abstract class", "'shape', of type Shape", "no client can send it", io => io.On("e", (Socket _, Shape shape) => Task.FromResult(1))),
        Case("a callback", "'callback', of type Action<Int32>", "no client can send it", io => io.On("e", (Socket _, Action<int> callback) => { })),
        Case("a stream", "'file', of type Stream", "no client can send it", io => io.On("e", (Socket _, Stream file) => { })),
        Case("a list of streams", "'files', of type Stream[]", "no client can send it", io => io.On("e", (Socket _, Stream[] files) => { })),
        Case("an asynchronous list", "'rows', of type IAsyncEnumerable<Int32>", "no client can send it", io => io.On("e", (Socket _, IAsyncEnumerable<int> rows) => { })),
        Case("a task", "'task', of type Task<Int32>", "no client can send it", io => io.On("e", (Socket _, Task<int> task) => { })),
        Case("a type", "'type', of type Type", "no client can send it", io => io.On("e", (Socket _, Type type) => { })),
        Case("the services", "'services', of type IServiceProvider", "no client can send it", io => io.On("e", (Socket _, IServiceProvider services) => { })),
        Case("an ack that is not last", "parameter 2, 'ack', of type Ack", "last parameter", io => io.On("e", (Socket _, Ack ack, int a) => { })),
        Case("an event with arguments", "parameter 2, 'e', of type IncomingEvent", "stands for all arguments", io => io.On("e", (Socket _, IncomingEvent e, int a) => { })),
        Case("an event behind an argument", "parameter 3, 'e', of type IncomingEvent", "stands for all arguments", io => io.On("e", (Socket _, int a, IncomingEvent e) => { })),
        Case("once", "'token', of type CancellationToken", "", io => io.Once("e", (Socket _, CancellationToken token) => { })),
        Case("a method", "parameter 2, 'shape'", "", io => io.On<Shape>("e", Draw)),
        Case("a handler class", "parameter 3, 'token', of type CancellationToken", "", io => io.AddHandlers<Handlers>()),
    ];

    private static IEnumerable<TestCaseData> UnwritableResults() =>
    [
        Result("an asynchronous list", "IAsyncEnumerable<Int32>", io => io.On("e", (Socket _) => RowsAsync())),
        Result("a task of an asynchronous list", "IAsyncEnumerable<Int32>", io => io.On("e", (Socket _) => Task.FromResult(RowsAsync()))),
        Result("a class that is an asynchronous list", "Rows", io => io.On("e", (Socket _) => new Rows())),
        Result("a stream", "MemoryStream", io => io.On("e", (Socket _) => new MemoryStream())),
        Result("a task of a task", "Task<Int32>", io => io.On("e", (Socket _) => Task.FromResult(Task.FromResult(1)))),
        Result("a value task of a task", "Task", io => io.On("e", (Socket _) => ValueTask.FromResult(Task.CompletedTask))),
        Result("a list of tasks", "List<Task>", io => io.On("e", (Socket _) => new List<Task>())),
        Result("a callback", "Action", io => io.On("e", (Socket _) => new Action(() => { }))),
        Result("a value of a tuple", "Stream", io => io.On("e", (Socket _) => (1, Stream.Null))),
        Result("the socket", "Socket", io => io.On("e", (Socket socket) => socket)),
        Result("the server", "SocketIoServer", io => io.On("e", (Socket socket) => socket.Namespace.Server)),
        Result("the request", "HttpContext", io => io.On("e", (Socket socket) => socket.HttpContext)),
        Result("what comes beside an ack", "Int32", io => io.On("e", (Socket _, Ack ack) => 1)),
        Result("once", "Stream", io => io.Once("e", (Socket _) => Stream.Null)),
    ];

    [SetUp]
    public void Start() => _server = new InMemoryServer(
        options => options.Json.Converters.Add(new NameConverter()),
        services => services.AddSingleton<Greeter>().AddSingleton<Name>());

    [TearDown]
    public void Stop() => _server.Dispose();

    [TestCaseSource(nameof(UnreadableTypes))]
    public void A_parameter_that_no_client_can_send_is_refused_and_named(Action<NamespaceEvents> register, string parameter, string reason)
    {
        foreach (var target in (NamespaceEvents[])[_server.Io, _server.Io.Of("/a"), _server.Io.OfPattern("/{name}")])
        {
            Assert.That(
                () => register(target),
                Throws.ArgumentException.With.Message.Contains("The handler of 'e' can't have the parameter").And.Message.Contains(parameter).And.Message.Contains(reason));
        }
    }

    [TestCaseSource(nameof(UnwritableResults))]
    public void A_result_that_can_t_be_sent_is_refused_and_named(Action<NamespaceEvents> register, string type) =>
        Assert.That(() => register(_server.Io), Throws.ArgumentException.With.Message.Contains("The handler of 'e' can't return").And.Message.Contains(type));

    [Test]
    public void A_socket_s_handlers_are_checked_too()
    {
        var (_, socket) = _server.Connect();
        Assert.That(() => socket.On("e", (CancellationToken token) => { }), Throws.ArgumentException.With.Message.Contains("parameter 1, 'token'"));
        Assert.That(() => socket.Once("e", (int a, Stream file) => { }), Throws.ArgumentException.With.Message.Contains("parameter 2, 'file'"));
        Assert.That(() => socket.On("e", (Socket other) => { }), Throws.ArgumentException.With.Message.Contains("none of a socket's own"));
        Assert.That(() => socket.On("e", (Ack ack) => 1), Throws.ArgumentException);
    }

    [Test]
    public void What_can_be_sent_is_registered()
    {
        var io = _server.Io;
        io.On("e", (Socket _, object? any, JsonElement element, string text, byte[] data, int? number, Guid id) => { });
        io.On("e", (Socket _, IReadOnlyList<string> list, IDictionary<string, int> map, Point point, DateTimeOffset time, ReadOnlyMemory<byte> data) => 1);
        io.On("e", (Socket _, Animal polymorphic, DayOfWeek day, IEnumerable<Point> points) => new { a = 1 });
        io.On("e", (Socket _, Name converted, Special special) => (object?)null);
    }

    [Test]
    public void A_type_that_the_source_generated_context_does_not_know_is_refused()
    {
        using var server = new InMemoryServer(options => options.Json = new JsonSerializerOptions { TypeInfoResolver = PointContext.Default });
        server.Io.On("e", (Socket _, Point point, string text) => point);
        Assert.That(() => server.Io.On("e", (Socket _, Animal animal) => { }), Throws.ArgumentException.With.Message.Contains("'animal'"));
        Assert.That(() => server.Io.On("e", (Socket _) => new Cat()), Throws.ArgumentException.With.Message.Contains("Cat"));
    }

    [TestCase("connection", "OnConnection")]
    [TestCase("connect", "OnConnection")]
    [TestCase("disconnect", "OnDisconnect")]
    [TestCase("disconnecting", "OnDisconnecting")]
    [TestCase("error", "OnError")]
    [TestCase("new_namespace", "OnNewNamespace")]
    [TestCase("connect_error", "refused")]
    [TestCase("newListener", "JavaScript")]
    [TestCase("removeListener", "JavaScript")]
    public void A_name_that_no_client_sends_is_refused_with_what_to_use_instead(string name, string instead)
    {
        var (_, socket) = _server.Connect();
        Action[] registrations =
        [
            () => _server.Io.On(name, (Socket _) => { }),
            () => _server.Io.Once(name, (Socket _, int a) => a),
            () => _server.Io.Of("/a").On(name, (Socket _, IncomingEvent e) => { }),
            () => _server.Io.OfPattern("/{name}").On(name, (Socket _) => Task.CompletedTask),
            () => socket.On(name, () => { }),
            () => socket.Once(name, (Ack ack) => { }),
            () => NamedHandlers.Register(_server.Io, name),
        ];
        Assert.Multiple(() =>
        {
            foreach (var registration in registrations)
                Assert.That(registration, Throws.ArgumentException.With.Message.Contains($"'{name}'").And.Message.Contains(instead));
        });
    }

    [Test]
    public void Nothing_is_registered_without_a_name_or_a_handler()
    {
        var (_, socket) = _server.Connect();
        Assert.That(() => _server.Io.On(null!, (Socket _) => { }), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("eventName"));
        Assert.That(() => _server.Io.On("e", (Action<Socket>)null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("handler"));
        Assert.That(() => socket.Once("e", (Func<Task>)null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("handler"));
        Assert.That(() => _server.Io.OnConnection((Func<Socket, ValueTask>)null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("handler"));
        Assert.That(() => _server.Io.Use((Func<Socket, Task>)null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("middleware"));
        Assert.That(() => _server.Io.OnRoomLeft((Action<string, string>)null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("listener"));
    }

    private static TestCaseData Case(string name, string parameter, string reason, Action<NamespaceEvents> register) =>
        new TestCaseData(register, parameter, reason).SetArgDisplayNames(name);

    private static TestCaseData Result(string name, string type, Action<NamespaceEvents> register) => new TestCaseData(register, type).SetArgDisplayNames(name);

    private static async IAsyncEnumerable<int> RowsAsync()
    {
        await Task.Yield();
        yield return 1;
    }

    private static void Draw(Socket socket, Shape shape)
    {
    }

    private interface IClock;

    private sealed class Greeter;

    private abstract record Shape;

    private sealed class Name;

    private sealed record Point(int X, int Y);

    [JsonDerivedType(typeof(Cat), "cat")]
    private abstract record Animal;

    private sealed record Cat : Animal;

    [JsonConverter(typeof(SpecialConverter))]
    private abstract record Special;

    private sealed class Rows : IAsyncEnumerable<int>
    {
        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken) => RowsAsync().GetAsyncEnumerator(cancellationToken);
    }

    private sealed class Handlers : ISocketHandlers<Handlers>
    {
        public static void Map(EventMap<Handlers> events) => events.On("e", static (Handlers _, Socket _, CancellationToken token) => { });
    }

    private sealed class NamedHandlers : ISocketHandlers<NamedHandlers>
    {
        private static readonly AsyncLocal<string> Name = new();

        public static void Register(NamespaceEvents events, string name)
        {
            Name.Value = name;
            events.AddHandlers<NamedHandlers>();
        }

        public static void Map(EventMap<NamedHandlers> events) => events.On(Name.Value!, static (_, _) => { });
    }

    private sealed class NameConverter : JsonConverter<Name>
    {
        public override Name? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new();

        public override void Write(Utf8JsonWriter writer, Name value, JsonSerializerOptions options) => writer.WriteNullValue();
    }

    private sealed class SpecialConverter : JsonConverter<Special>
    {
        public override Special? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => null;

        public override void Write(Utf8JsonWriter writer, Special value, JsonSerializerOptions options) => writer.WriteNullValue();
    }

    [JsonSerializable(typeof(Point))]
    private sealed partial class PointContext : JsonSerializerContext;
}
