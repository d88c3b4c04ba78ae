using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>Listeners of one socket, catch-all listeners, and middleware of events.</summary>
public sealed class ListenerTests
{
    private readonly List<string> _heard = [];
    private TestServer _server = null!;
    private Connection _connection = null!;

    private Socket Socket => _connection.Socket;

    [SetUp]
    public async Task ConnectAsync()
    {
        _heard.Clear();
        _server = await TestServer.StartSocketIoAsync(io => io.On("answer me", (Socket _) => true));
        _connection = await _server.ConnectAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task A_listener_hears_each_event_and_one_for_once_only_the_first()
    {
        Socket.On("e", (int number) => _heard.Add("on " + number));
        Socket.Once("e", (int number) => _heard.Add("once " + number));
        await EmitAsync("e", 1);
        await EmitAsync("e", 2);
        Assert.That(_heard, Is.EqualTo(new[] { "on 1", "once 1", "on 2" }));
    }

    [Test]
    public async Task The_namespace_s_handlers_come_before_the_socket_s()
    {
        Socket.On("e", () => _heard.Add("socket"));
        _server.Io.On("e", (Socket _) => _heard.Add("namespace"));
        await EmitAsync("e");
        Assert.That(_heard, Is.EqualTo(new[] { "namespace", "socket" }));
    }

    [Test]
    public async Task A_listener_that_was_taken_off_hears_no_more()
    {
        var first = () => _heard.Add("first");
        Action second = () => _heard.Add("second");
        Action<Socket> common = _ => _heard.Add("common");
        Socket.On("e", second);
        Socket.On("e", () => _heard.Add("third"));
        _server.Io.On("e", common);
        Socket.Off("e", second);
        await EmitAsync("e");
        Socket.Off("e");
        _server.Io.Off("e", common);
        await EmitAsync("e");
        Socket.On("e", second);
        Socket.On("f", second);
        Socket.Off();
        await EmitAsync("e");
        await EmitAsync("f");
        Socket.Off("never");
        Assert.That(_heard, Is.EqualTo(new[] { "common", "third" }));
        Assert.That(first, Is.Not.Null);
    }

    [Test]
    public async Task Catch_all_listeners_hear_every_event_in_their_order()
    {
        Action<IncomingEvent> second = incoming => _heard.Add($"second {incoming.Name}");
        Socket.OnAny(second);
        Socket.PrependAny(incoming => _heard.Add($"first {incoming.Name} {incoming.Count} {incoming.Get<int>(0)} {incoming.Get<string>(1)}"));
        Socket.On("e", () => _heard.Add("handler"));
        await _connection.Client.EmitAsync("e", 1, "two");
        await _connection.Client.EmitWithAckAsync("answer me");
        Assert.That(_heard, Is.EqualTo(new[] { "first e 2 1 two", "second e", "handler", "first answer me 0 0 ", "second answer me" }));
        _heard.Clear();
        Socket.OffAny(second);
        await _connection.Client.EmitWithAckAsync("answer me");
        Assert.That(_heard, Is.EqualTo(new[] { "first answer me 0 0 " }));
        Socket.OffAny();
        await _connection.Client.EmitWithAckAsync("answer me");
        Assert.That(_heard, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_catch_all_listener_reads_binary_and_knows_whether_an_answer_is_wanted()
    {
        Socket.OnAny(incoming => _heard.Add($"{incoming.Name} {incoming.WantsAck} {incoming.Get<byte[]>(0)?.Length}"));
        await EmitAsync("bytes", new byte[] { 1, 2, 3 });
        Assert.That(_heard, Is.EqualTo(new[] { "bytes False 3", "answer me True " }));
    }

    [Test]
    public async Task Listeners_of_outgoing_events_hear_emits_and_broadcasts_but_no_acknowledgements()
    {
        Action<OutgoingEvent> second = outgoing => _heard.Add("second " + outgoing.Name);
        Socket.OnAnyOutgoing(second);
        Socket.PrependAnyOutgoing(outgoing => _heard.Add($"first {outgoing.Name}({string.Join(", ", outgoing.Arguments)})"));
        await Socket.EmitAsync("mine", 1, "two");
        await _server.Io.EmitAsync("all", [1, 2, 3, 4]);
        await _server.Io.To("nobody").EmitAsync("not mine");
        await _connection.Client.EmitWithAckAsync("answer me");
        Assert.That(_heard, Is.EqualTo(new[] { "first mine(1, two)", "second mine", "first all(1, 2, 3, 4)", "second all" }));
        _heard.Clear();
        Socket.OffAnyOutgoing(second);
        await Socket.EmitAsync("mine");
        Socket.OffAnyOutgoing();
        await Socket.EmitAsync("mine");
        Assert.That(_heard, Is.EqualTo(new[] { "first mine()" }));
    }

    [Test]
    public async Task Listeners_of_outgoing_events_see_the_binary_of_a_broadcast()
    {
        byte[] bytes = [1, 2, 3];
        Socket.OnAnyOutgoing(outgoing => _heard.Add($"{outgoing.Name} {outgoing.Arguments.Single() == bytes}"));
        await _server.Io.EmitAsync("binary", bytes);
        Assert.That(_heard, Is.EqualTo(new[] { "binary True" }));
        Assert.That((await _connection.Client.NextEventAsync("binary")).Args.Single().GetBinary(), Is.EqualTo(bytes));
    }

    [Test]
    public async Task Event_middleware_runs_in_order_and_before_the_handlers()
    {
        Socket.Use(async (incoming, next) =>
        {
            _heard.Add("first " + incoming.Name);
            await next();
            _heard.Add("first again");
        });
        Socket.Use((_, next) =>
        {
            _heard.Add("second");
            return next();
        });
        Socket.On("join", (string room) => _heard.Add("handler " + room));
        await _connection.Client.EmitAsync("join", "woot");
        await Deadlines.Eventually(() => _heard.Count == 4);
        Assert.That(_heard, Is.EqualTo(new[] { "first join", "second", "handler woot", "first again" }));
    }

    [Test]
    public async Task Event_middleware_that_does_not_go_on_keeps_the_event_from_the_handlers()
    {
        Socket.Use((incoming, next) => incoming.Name == "forbidden" ? Task.CompletedTask : next());
        Socket.On("forbidden", () => _heard.Add("forbidden"));
        Socket.On("allowed", () => _heard.Add("allowed"));
        await _connection.Client.EmitAsync("forbidden");
        await EmitAsync("allowed");
        Assert.That(_heard, Is.EqualTo(new[] { "allowed" }));
    }

    [Test]
    public async Task Event_middleware_that_throws_is_an_error_of_the_socket_and_the_event_is_not_handled()
    {
        _server.Log.Expect("not allowed");
        Socket.Use((incoming, next) => incoming.Name == "forbidden" ? throw new InvalidOperationException("not allowed") : next());
        Socket.Use((incoming, next) =>
        {
            if (incoming.Name == "forbidden")
                _heard.Add("second");
            return next();
        });
        Socket.OnError(exception => _heard.Add(exception.Message));
        Socket.On("forbidden", () => _heard.Add("forbidden"));
        await EmitAsync("forbidden");
        Assert.That(_heard, Is.EqualTo(new[] { "not allowed" }));
    }

    [Test]
    public async Task A_listener_that_throws_keeps_nothing_from_the_others()
    {
        _server.Log.Expect("any broke");
        Socket.OnAny((Action<IncomingEvent>)(_ => throw new InvalidOperationException("any broke")));
        Socket.OnAny(incoming => _heard.Add("any " + incoming.Name));
        Socket.On("e", () => _heard.Add("handler"));
        await EmitAsync("e");
        Assert.That(_heard, Is.EqualTo(new[] { "any e", "handler", "any answer me" }));
    }

    // Behind an answer everything sent before it has been handled: handlers of a socket run in order.
    private async Task EmitAsync(string name, params object?[] args)
    {
        await _connection.Client.EmitAsync(name, args);
        await _connection.Client.EmitWithAckAsync("answer me");
    }
}
