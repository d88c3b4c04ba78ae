using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using NUnit.Framework.Constraints;
using SocketIo.Engine;
using SocketIo.Protocol;
using SocketIo.Server.Tests.Protocol;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

/// <summary>Mistakes of the application: each is told where it was made, in words that name it, and is nobody else's.</summary>
internal sealed class MistakeTests
{
    private InMemoryServer _server = null!;

    [SetUp]
    public void Start() => _server = new InMemoryServer(options => options.ConnectTimeout = TimeSpan.FromSeconds(3));

    [TearDown]
    public void Stop() => _server.Dispose();

    private static IEnumerable<TestCaseData> Tasks()
    {
        var never = new TaskCompletionSource<int>().Task;
        yield return new TestCaseData(never).SetName("{m}(task)");
        yield return new TestCaseData(Task.CompletedTask).SetName("{m}(task without a result)");
        yield return new TestCaseData(LaterAsync()).SetName("{m}(task of an async method)");
        yield return new TestCaseData(new ValueTask<int>(never)).SetName("{m}(value task)");
        yield return new TestCaseData(ValueTask.CompletedTask).SetName("{m}(value task without a result)");
    }

    [TestCaseSource(nameof(Tasks))]
    public void A_task_that_was_not_awaited_is_no_argument(object task)
    {
        var (_, socket) = _server.Connect();
        Assert.That(
            () => socket.EmitAsync("x", [1, task]),
            Throws.InstanceOf<NotSupportedException>().With.Message.Contains("Argument 2").And.Message.Contains("await it"));
        Assert.That(
            () => _server.Io.EmitAsync("x", new { Inside = task }),
            Throws.InstanceOf<NotSupportedException>().With.Message.Contains("await it"));
    }

    [Test]
    public void A_task_of_a_known_type_is_no_argument_either_and_one_that_is_not_sent_disturbs_nobody()
    {
        var (client, socket) = _server.Connect();
        Assert.That(() => socket.EmitAsync("x", LaterAsync()), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("Argument 1"));
        Assert.That(() => socket.EmitAsync("x", 1, new ValueTask<int>(1)), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("Argument 2"));
        Assert.That(() => socket.EmitAsync("x", new Work(LaterAsync(), null)).AsTask(), Throws.Nothing);
        Assert.That(client.All(), Is.EqualTo((string[])["42[\"x\",{\"sent\":null}]"]));
    }

    [Test]
    public void A_task_in_a_result_is_an_error_that_names_it()
    {
        _server.Log.Expect("A handler of ask threw");
        Exception? error = null;
        _server.Io.OnError((_, exception, _) => error = exception);
        _server.Io.On("ask", (Socket _) => (object)new { Value = LaterAsync() });
        _server.Connect().Client.EmitWithAck(1, "ask");
        Assert.That(error?.Message, Does.Contain("await it"));
    }

    [Test]
    public void A_function_is_no_argument_and_the_way_to_an_answer_is_named()
    {
        var (_, socket) = _server.Connect();
        Assert.That(
            () => socket.EmitAsync("x", (string answer) => { }),
            Throws.InstanceOf<NotSupportedException>().With.Message.Contains("EmitWithAckAsync"));
    }

    [Test]
    public void An_acknowledgement_that_could_not_be_written_leaves_the_way_free_for_another()
    {
        _server.Io.On("ask", async (Socket _, Ack ack) =>
        {
            try
            {
                await ack.SendAsync(LaterAsync());
            }
            catch (NotSupportedException)
            {
                await ack.SendAsync("failed");
                await ack.SendAsync("too late");
            }
        });
        var (client, _) = _server.Connect();
        client.EmitWithAck(1, "ask");
        Assert.That(client.All(), Is.EqualTo((string[])["431[\"failed\"]"]));
    }

    [Test]
    public void An_exception_that_cannot_be_written_has_its_line_all_the_same()
    {
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(new WritingProvider(_server.Log)));
        var logger = new SafeLogger(loggers.CreateLogger("x"));
        _server.Log.Expect("it failed");
        logger.LogError(new EvilException(), "it failed");
        var entry = _server.Log.Entries.Single(entry => entry.Message == "it failed");
        Assert.That(entry.Exception?.Message, Does.Contain(nameof(EvilException)));
    }

    [Test]
    public void A_handler_class_whose_service_is_not_registered_is_refused_where_it_is_registered()
    {
        Assert.That(
            _server.Io.AddHandlers<NeedyHandlers>,
            Throws.InvalidOperationException.With.Message.Contains(nameof(NeedyHandlers)).And.Message.Contains(nameof(NotRegistered)).And.Message.Contains("'service'"));
        Assert.That(_server.Io.AddHandlers<ModestHandlers>, Throws.Nothing);
    }

    [Test]
    public async Task Middleware_that_never_ends_is_a_line_with_the_socket_and_the_namespace_when_the_client_is_given_up()
    {
        var id = "";
        _server.Io.Of("/slow").Use(async socket =>
        {
            id = socket.Id;
            await Task.Delay(Timeout.Infinite);
        });
        var client = _server.Open();
        client.Send("40/slow,");
        _server.Clock.Advance(TimeSpan.FromSeconds(3));
        await Deadlines.Eventually(() =>
        {
            _server.Clock.Advance(TimeSpan.FromSeconds(1));
            return client.IsClosed && _server.Log.Entries.Any(entry => entry.Level is LogLevel.Information && entry.Message.Contains("had not decided", StringComparison.Ordinal));
        });
        Assert.That(_server.Log.Entries.Single(entry => entry.Message.Contains("had not decided", StringComparison.Ordinal)).Message, Does.Contain(id).And.Contain("/slow"));
    }

    [Test]
    public void Connection_middleware_that_returns_null_says_so([Values] bool task)
    {
        _server.Log.Expect("Middleware or a pattern threw");
        if (task)
            _server.Io.Use(Task<ConnectResult> (_) => null!);
        else
            _server.Io.Use(ConnectResult (_) => null!);
        _server.Open().Send("40");
        var entry = _server.Log.Entries.Single(entry => entry.Level is LogLevel.Error);
        Assert.That(entry.Exception?.Message, Does.Contain("middleware returned null"));
    }

    [Test]
    public void Event_middleware_that_returns_null_says_so()
    {
        _server.Log.Expect("A handler of x threw");
        var (client, socket) = _server.Connect();
        socket.Use((_, _) => null!);
        client.Emit("x");
        Assert.That(_server.Log.Entries.Single(entry => entry.Level is LogLevel.Error).Exception?.Message, Does.Contain("middleware returned null"));
    }

    [Test]
    public void A_timeout_that_no_timer_takes_is_refused_at_once()
    {
        var (_, socket) = _server.Connect();
        Assert.That(() => socket.Timeout(TimeSpan.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _server.Io.Timeout(TimeSpan.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => socket.Timeout(TimeSpan.FromDays(49)), Throws.Nothing);
    }

    [Test]
    public void A_listener_of_what_is_sent_that_sends_without_end_is_an_error_and_not_the_end_of_the_process()
    {
        _server.Log.Expect("A handler of OnAnyOutgoing (again) threw");
        var (_, socket) = _server.Connect();
        socket.OnAnyOutgoing(_ => socket.EmitAsync("again").AsTask().Wait());
        Assert.That(() => socket.EmitAsync("first").AsTask(), Throws.Nothing);
        Assert.That(_server.Log.Entries.Any(entry => entry.Exception is InsufficientExecutionStackException), Is.True);
    }

    [Test]
    public async Task Joining_or_leaving_no_rooms_changes_nothing_and_sending_to_none_is_a_mistake()
    {
        var (_, socket) = _server.Connect();
        var rooms = socket.Rooms.ToArray();
        string[] none = [];
        await socket.JoinAsync(none);
        await socket.LeaveAsync(none);
        await _server.Io.SocketsJoinAsync(none);
        await _server.Io.To("x").SocketsLeaveAsync(none);
        Assert.That(socket.Rooms, Is.EquivalentTo(rooms));
        Assert.That(() => _server.Io.To(none), Throws.ArgumentException);
    }

    [Test]
    public void A_session_that_a_listener_closes_delivers_nothing_more()
    {
        var (client, socket) = _server.Connect();
        var handled = false;
        _server.Io.On("x", (Socket _) => { handled = true; });
        client.Session.Events.OnPacketReceived((session, _) => session.Close());
        client.Emit("x");
        Assert.That(handled, Is.False);
        Assert.That(socket.IsConnected, Is.False);
        Assert.That(_server.Log.Entries.Any(entry => entry.Message.Contains("which it has not joined", StringComparison.Ordinal)), Is.False);
    }

    [Test]
    public void A_parser_that_reads_a_type_that_there_is_not_breaks_the_connection_and_does_not_make_its_client_leave()
    {
        var parser = new FailingParser();
        using var server = new InMemoryServer(options => options.Parser = parser);
        var reasons = new List<DisconnectReason>();
        server.Io.OnDisconnect((_, reason) => reasons.Add(reason));
        var (client, _) = server.Connect();
        parser.Type = (PacketType)77;
        client.Emit("x");
        Assert.That(reasons, Is.EqualTo((DisconnectReason[])[DisconnectReason.ParseError]));
    }

    [Test]
    public void A_callback_as_a_parameter_is_refused_with_the_way_to_acknowledge() =>
        Assert.That(
            () => _server.Io.On("x", (Socket _, int a, Action<int> callback) => callback(a)),
            Throws.ArgumentException.With.Message.Contains("take an Ack as the last parameter"));

    [Test]
    public void An_operator_that_is_default_is_told_without_another_type_s_name()
    {
        Assert.That(() => default(BroadcastAckOperator).To("x").EmitWithAckAsync("x"), Throws.InvalidOperationException.With.Message.Contains("An operator that is default"));
        Assert.That(() => default(SocketAckOperator).EmitWithAckAsync("x"), Throws.InvalidOperationException.With.Message.Contains("An operator that is default"));
    }

    [Test]
    public void A_listener_of_the_engine_that_throws_is_named_with_its_event_and_the_socket()
    {
        _server.Log.Expect("A listener of OnPacketReceived");
        var (client, socket) = _server.Connect();
        client.Session.Events.OnPacketReceived((_, _) => throw new InvalidOperationException("of a listener"));
        client.Emit("x");
        Assert.That(_server.Log.Entries.Single(entry => entry.Level is LogLevel.Error).Message, Does.Contain($"socket {socket.Id} of /"));
    }

    [Test]
    public void A_log_line_brings_the_socket_and_its_session_together()
    {
        var (client, socket) = _server.Connect();
        Assert.That(
            _server.Log.Entries.Where(entry => entry.Level is LogLevel.Debug).Select(entry => entry.Message),
            Has.Member($"Socket {socket.Id} of the namespace / is connected by session {client.Session.Label}."));
    }

    [Test]
    public async Task A_slow_client_is_a_line_with_the_socket_and_the_limit()
    {
        _server.Log.Expect("its client is slow");
        var (client, socket) = _server.Connect();
        client.Block();
        await socket.EmitAsync("large", new string('x', 2_000_000));
        await socket.EmitAsync("next", new string('x', 2_000_000));
        await Deadlines.Eventually(() => _server.Log.Entries.Any(entry => entry.Level is LogLevel.Warning));
        var line = _server.Log.Entries.Single(entry => entry.Level is LogLevel.Warning).Message;
        Assert.That(line, Does.Contain($"socket {socket.Id} of /").And.Contain("MaxQueuedBytes is 1048576"));
    }

    private static IEnumerable<TestCaseData> NoValues()
    {
        var cycle = new List<object>();
        cycle.Add(cycle);
        yield return new TestCaseData(cycle).SetName("{m}(cycle)");
        yield return new TestCaseData(typeof(int)).SetName("{m}(type)");
        yield return new TestCaseData(new MemoryStream()).SetName("{m}(stream)");
        yield return new TestCaseData(new Unreadable()).SetName("{m}(property that throws)");
        yield return new TestCaseData(LaterAsync()).SetName("{m}(task)");
    }

    [TestCaseSource(nameof(NoValues))]
    public async Task What_can_not_be_serialized_is_named_with_its_event_and_its_number(object value)
    {
        var (client, socket) = _server.Connect();
        static IResolveConstraint Named() => Throws.InstanceOf<NotSupportedException>().With.Message.Contains("Argument 2 of event 'x' can't be sent: ");
        Assert.That(() => socket.EmitAsync("x", 1, value), Named());
        Assert.That(() => socket.EmitAsync("x", [1, value]), Named());
        Assert.That(() => _server.Io.EmitAsync("x", 1, value), Named());
        Assert.That(() => _server.Io.EmitWithAckAsync("x", 1, value), Named());
        Assert.That(() => new PeerFormat(JsonSerializerOptions.Web).WriteEvent("x", new Args<int, object>(1, value)), Named());
        await socket.EmitAsync("after");
        Assert.That(client.All(), Is.EqualTo((string[])["42[\"after\"]"]));
    }

    [Test]
    public void A_result_that_can_not_be_serialized_is_named_as_the_acknowledgement()
    {
        _server.Log.Expect("A handler of ask threw");
        Exception? error = null;
        _server.Io.OnError((_, exception, _) => error = exception);
        _server.Io.On("ask", (Socket _) => new Unreadable());
        _server.Connect().Client.EmitWithAck(1, "ask");
        Assert.That(error?.Message, Is.EqualTo("Argument 1 of the acknowledgement can't be sent: unreadable"));
    }

    [Test]
    public void A_callback_that_returns_null_in_place_of_a_task_is_told_so()
    {
        _server.Log.Expect("threw");
        _server.Io.OnConnection(Task (Socket _) => null!);
        _server.Io.OnError(Task (Socket _, Exception _, string _) => null!);
        _server.Io.OnDisconnecting(Task (Socket _, DisconnectReason _) => null!);
        _server.Io.OnDisconnect(Task (Socket _, DisconnectReason _) => null!);
        _server.Io.Of(Task<bool> (string _, HandshakeAuth _) => null!);
        var (client, _) = _server.Connect();
        client.Send("40/unknown,");
        client.Lose();
        var errors = _server.Log.Entries.Where(static entry => entry.Level is LogLevel.Error).ToArray();
        Assert.That(errors, Has.Length.EqualTo(7));
        Assert.That(errors.Select(static entry => entry.Exception!.Message), Is.All.Contains("returned null instead of a task"));
        Assert.That(errors.Count(static entry => entry.Message.Contains("OnError")), Is.EqualTo(3));
    }

    [Test]
    public async Task A_listener_for_outgoing_events_that_throws_is_named()
    {
        _server.Log.Expect("A handler of OnAnyOutgoing (news) threw");
        var names = new List<string>();
        _server.Io.OnError((_, _, name) => names.Add(name));
        var (client, socket) = _server.Connect();
        socket.OnAnyOutgoing(void (OutgoingEvent _) => throw new InvalidOperationException());
        await socket.EmitAsync("news");
        Assert.That(client.All(), Is.EqualTo((string[])["42[\"news\"]"]));
        Assert.That(names, Is.EqualTo((string[])["news"]));
    }

    [Test]
    public void A_topic_that_is_default_is_told()
    {
        static IResolveConstraint Told() => Throws.InvalidOperationException.With.Message.Contains("An operator that is default");
        Assert.That(() => default(TopicOperator).EmitAsync("x"), Told());
        Assert.That(() => default(TopicOperator).Dedupe("x"), Told());
        Assert.That(() => default(TopicOperator).UnsubscribeAsync("x"), Told());
        Assert.That(() => default(TopicOperator).GetSubscriptionsAsync(), Told());
    }

    [Test]
    public void Null_is_told_where_it_is_given()
    {
        Socket socket = null!;
        Namespace events = null!;
        IEmitter emitter = null!;
        Assert.That(() => socket.On("x", () => { }), Throws.ArgumentNullException);
        Assert.That(() => events.On("x", (Socket _) => { }), Throws.ArgumentNullException);
        Assert.That(() => events.OnServerEvent("x", () => { }), Throws.ArgumentNullException);
        Assert.That(() => emitter.EmitAsync("x"), Throws.ArgumentNullException);
        Assert.That(() => socket.EmitAsync("x", 1), Throws.ArgumentNullException);
        Assert.That(() => socket.EmitAsync("x", [1, 2]), Throws.ArgumentNullException);
        Assert.That(() => new JsonPacketParser(JsonSerializerOptions.Web).CanRead(null!), Throws.ArgumentNullException);
        Assert.That(() => new JsonPacketParser(JsonSerializerOptions.Web).CanWrite(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void A_type_that_no_source_generator_has_seen_is_refused_with_the_way_to_declare_it()
    {
        using var server = new InMemoryServer(static options => options.Json.TypeInfoResolver = UploadContext.Default);
        static IResolveConstraint Told() => Throws.ArgumentException.With.Message.Contains("TypeInfoResolver has no such type").And.Message.Contains("JsonSerializerContext");
        Assert.That(() => server.Io.On("x", (Socket _, Unreadable _) => { }), Told());
        Assert.That(() => server.Io.On("x", (Socket _) => new Unreadable()), Told());
        Assert.That(() => server.Io.On("x", (Socket _, Stream _) => { }), Throws.ArgumentException.With.Message.Not.Contains("TypeInfoResolver"));
        Assert.That(() => server.Io.On("x", (Socket _, Upload upload) => upload), Throws.Nothing);
    }

    [Test]
    public void A_connection_that_has_ended_still_says_in_the_log_whose_it_was()
    {
        var (client, socket) = _server.Connect();
        client.Lose();
        Assert.That(socket.Client.Who, Is.EqualTo($" (socket {socket.Id} of /)"));
    }

    private static async Task<int> LaterAsync()
    {
        await Task.Yield();
        return 1;
    }

    private sealed record Work([property: JsonIgnore] Task<int> Running, Task<int>? Sent);

    private sealed class Unreadable
    {
        public int Value => throw new InvalidOperationException("unreadable");
    }

    private sealed class NotRegistered;

    private sealed class NeedyHandlers(NotRegistered service) : ISocketHandlers<NeedyHandlers>
    {
        public static void Map(EventMap<NeedyHandlers> events) => events.On("x", static (handlers, _) => handlers.Ask());

        private string Ask() => service.ToString()!;
    }

    private sealed class ModestHandlers(ILoggerFactory loggers, int count = 1) : ISocketHandlers<ModestHandlers>
    {
        public static void Map(EventMap<ModestHandlers> events) => events.On("x", static (handlers, _) => handlers.Ask());

        private string Ask() => $"{loggers} {count}";
    }

    private sealed class EvilException : Exception
    {
        public override string Message => throw new InvalidOperationException("no message");
    }

    /// <summary>A provider that writes the exception, as those of files and consoles do.</summary>
    private sealed class WritingProvider(LogSink sink) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            _ = exception?.ToString();
            sink.CreateLogger("x").Log(logLevel, eventId, state, exception, formatter);
        }

        public void Dispose()
        {
        }
    }
}
