using System.Text.Json;
using System.Text.Json.Nodes;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

/// <summary>Arguments that a handler can't take: they never reach it, and the log says what was wrong.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BadArgumentTests : IDisposable
{
    private readonly InMemoryServer _server = new();

    private sealed record Point(int X, int Y, string? Label, int Z = 7);

    private sealed record Message(string Text, List<int>? Numbers)
    {
        public required bool Urgent { get; init; }

        public string Kind { get; init; } = "chat";
    }

    private sealed class Handlers : ISocketHandlers<Handlers>
    {
        public static void Map(EventMap<Handlers> events) => events.On("own", static (Handlers _, Socket _, string text, int number) => text.Length + number);
    }

    public BadArgumentTests() => _server.Log.Expect("was not handled");

    public void Dispose() => _server.Dispose();

    [Test]
    public void The_log_says_argument_event_type_and_why()
    {
        _server.Io.On("move", (Socket _, int id, Point point) => id + point.X);
        AssertBad("move", ["1", "{\"x\":1,\"y\":\"a\"}"], "Argument 1 of event 'move' cannot be read as ", "The JSON value could not be converted to", "Path: $.y");
        AssertBad("move", ["1.5", "{}"], "Argument 0 of event 'move' cannot be read as System.Int32: The JSON value could not be converted to System.Int32");
        AssertBad("move", ["1", "{\"x\":1}"], "was missing required properties including: 'y'");
    }

    [Test]
    public void What_the_client_wrote_is_quoted_only_so_far_and_on_one_line()
    {
        _server.Io.On("map", (Socket _, Dictionary<string, int> map) => map.Count);
        var name = new string('x', 100_000);
        var reason = AssertBad("map", [$"{{\"a\\nb{name}\":true}}"], "Argument 0 of event 'map'");
        Assert.That(reason, Has.Length.LessThan(700));
        Assert.That(reason.Any(char.IsControl), Is.False);

        var error = Assert.Throws<EventArgumentException>(() => throw new EventArgumentException(name, 3, typeof(int), new JsonException(name)))!;
        Assert.That(error.Message, Has.Length.LessThan(500));
        Assert.That(error.EventName, Is.EqualTo(name));
    }

    [Test]
    public void A_missing_or_null_argument_is_a_bad_one_where_the_parameter_cannot_be_null()
    {
        _server.Io.On("text", (Socket _, string text) => text.Length);
        _server.Io.On("number", (Socket _, int number) => number);
        _server.Io.On("object", (Socket _, object any) => any.ToString());
        _server.Io.On("node", (Socket _, JsonNode node) => node.ToString());
        _server.Io.On("bytes", (Socket _, byte[] bytes) => bytes.Length);
        _server.Io.On("second", (Socket _, string? first, Point second) => second.X);
        AssertBad("text", [], "Argument 0 of event 'text' cannot be read as System.String: it is missing.");
        AssertBad("text", ["null"], "Argument 0 of event 'text' cannot be read as System.String: it is null.");
        AssertBad("number", [], "Argument 0 of event 'number' cannot be read as System.Int32: it is missing.");
        AssertBad("number", ["null"], "Argument 0 of event 'number' cannot be read as System.Int32: ");
        AssertBad("object", ["null"], "it is null");
        AssertBad("node", ["null"], "it is null");
        AssertBad("bytes", ["null"], "it is null");
        AssertBad("second", ["\"a\""], "Argument 1 of event 'second'", "it is missing");
        AssertBad("second", ["null", "null"], "Argument 1 of event 'second'", "it is null");
    }

    [Test]
    public void A_missing_or_null_argument_is_null_where_the_parameter_can_be()
    {
        _server.Io.On("ev", (Socket _, string? text, int? number, Point? point, byte[]? bytes, object? any) =>
            text is null && number is null && point is null && bytes is null && any is null);
        AssertAnswer("ev", [], "true");
        AssertAnswer("ev", ["null", "null", "null", "null", "null"], "true");
    }

    [Test]
    public void A_JsonElement_that_is_missing_is_undefined_and_null_is_null()
    {
        _server.Io.On("ev", (Socket _, JsonElement element) => element.ValueKind.ToString());
        AssertAnswer("ev", [], "\"Undefined\"");
        AssertAnswer("ev", ["null"], "\"Null\"");
    }

    [Test]
    public void A_missing_argument_of_a_parameter_with_a_default_value_is_that()
    {
        _server.Io.On<string, int, TimeSpan, DayOfWeek, string>("ev", Describe);
        AssertAnswer("ev", ["\"a\""], "\"a 5 00:00:00 Friday\"");
        AssertAnswer("ev", ["\"a\"", "6", "\"00:00:01\"", "1"], "\"a 6 00:00:01 Monday\"");
        AssertBad("ev", [], "Argument 0 of event 'ev'", "it is missing");
        AssertBad("ev", ["\"a\"", "null"], "Argument 1 of event 'ev'");

        static string Describe(Socket socket, string text, int number = 5, TimeSpan time = default, DayOfWeek day = DayOfWeek.Friday) =>
            $"{text} {number} {time} {day}";
    }

    [Test]
    public void So_it_is_for_a_socket_s_own_handlers()
    {
        var (client, socket) = _server.Connect();
        socket.On("own", (string text, int? number) => text.Length);
        client.EmitWithAck(1, "own");
        client.EmitWithAck(2, "own", "\"abc\"");
        Assert.That(client.All(), Is.EqualTo(new[] { "432[3]" }));
        Assert.That(Reasons(), Has.Exactly(1).Contains("Argument 0 of event 'own' cannot be read as System.String: it is missing."));
    }

    [Test]
    public void So_it_is_for_patterns_and_for_handler_classes()
    {
        _server.Io.OfPattern("/tenant-{id}").On("text", (Socket _, string text) => text.Length);
        _server.Io.AddHandlers<Handlers>();
        var (client, _) = _server.Connect();
        client.Join("/tenant-1");
        client.Send("42/tenant-1,1[\"text\",null]");
        client.EmitWithAck(2, "own");
        client.EmitWithAck(3, "own", "\"abc\"", "null");
        client.EmitWithAck(4, "own", "\"abc\"", "4");
        Assert.That(client.All(), Is.EqualTo(new[] { "434[7]" }));
        Assert.That(Reasons(), Has.Exactly(1).Contains("Argument 0 of event 'text' cannot be read as System.String: it is null."));
        Assert.That(Reasons(), Has.Exactly(1).Contains("Argument 0 of event 'own' cannot be read as System.String: it is missing."));
        Assert.That(Reasons(), Has.Exactly(1).Contains("Argument 1 of event 'own'"));
    }

    [Test]
    public void A_property_that_is_missing_or_null_against_its_type_is_a_bad_argument()
    {
        _server.Io.On("say", (Socket _, Message message) => message.Text + message.Kind);
        AssertAnswer("say", ["{\"text\":\"a\",\"numbers\":null,\"urgent\":true}"], "\"achat\"");
        AssertBad("say", ["{\"text\":null,\"numbers\":[1],\"urgent\":true}"], "text");
        AssertBad("say", ["{\"numbers\":[1],\"urgent\":true}"], "'text'");
        AssertBad("say", ["{\"text\":\"a\",\"numbers\":[1]}"], "'urgent'");
        AssertBad("say", ["{\"text\":\"a\",\"numbers\":[1],\"urgent\":true,\"kind\":null}"], "kind");
        _server.Io.On("point", (Socket _, Point point) => point.Z);
        AssertAnswer("point", ["{\"x\":1,\"y\":2,\"label\":null}"], "7");
        AssertAnswer("point", ["{\"x\":1,\"y\":2}"], "7");
        AssertBad("point", ["{\"x\":1,\"label\":null}"], "'y'");
    }

    [Test]
    public async Task What_is_emitted_may_be_null_against_its_type()
    {
        var (client, socket) = _server.Connect();
        await socket.EmitAsync("say", new Message(null!, null) { Urgent = true, Kind = null! });
        Assert.That(client.Next(), Is.EqualTo("42[\"say\",{\"text\":null,\"numbers\":null,\"urgent\":true,\"kind\":null}]"));
    }

    [Test]
    public void Options_of_the_user_may_allow_what_the_default_does_not()
    {
        using var server = new InMemoryServer(options =>
        {
            options.Json.RespectNullableAnnotations = false;
            options.Json.RespectRequiredConstructorParameters = false;
        });
        server.Io.On("point", (Socket _, Point point) => point.Y);
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "point", "{\"x\":1}");
        Assert.That(client.Next(), Is.EqualTo("431[0]"));
    }

    private void AssertAnswer(string eventName, string[] arguments, string answer)
    {
        var (client, _) = _server.Connect();
        client.EmitWithAck(1, eventName, arguments);
        Assert.That(client.Next(), Is.EqualTo($"431[{answer}]"));
    }

    /// <summary>The handler does not run, nothing is acknowledged, and the log says so; returns the log's line.</summary>
    private string AssertBad(string eventName, string[] arguments, params string[] texts)
    {
        var (client, _) = _server.Connect();
        client.EmitWithAck(1, eventName, arguments);
        Assert.That(client.All(), Is.Empty);
        Assert.That(client.IsClosed, Is.False);
        var reason = Reasons().Last();
        foreach (var text in texts)
            Assert.That(reason, Does.Contain(text));
        return reason;
    }

    private string[] Reasons() => [.. _server.Log.Entries.Where(static entry => entry.Id == 11).Select(static entry => entry.Message)];
}
