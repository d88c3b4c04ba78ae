using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>
/// Text as stock clients send and get it: half a surrogate pair among it, which <c>"x😀".slice(0, 2)</c> is in JavaScript, and all
/// that JSON.stringify does not escape.
/// </summary>
[TestFixture(null, "polling")]
[TestFixture(null, "websocket")]
[TestFixture(3, "polling")]
[TestFixture(2, "polling")]
[TestFixture(2, "websocket")]
[TestFixture(1, "websocket")]
public sealed class TextTests(int? version, string transport)
{
    private const string Unescaped = "x😀\u0080\u009f\u2028\u2029\ue000\uf8ff\ufffe\u007f<>&'+é";

    private static readonly NodeJson Half = new("\"x\\ud83d\"");

    [Test]
    public async Task Half_a_surrogate_pair_arrives_as_the_replacement_character()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("x\ufffd", (Socket _, string text) => text.Length);
            io.On("text", (Socket _, string text, JsonElement any, Dictionary<string, string> map, Named named) =>
                string.Join(' ', text, any[0].GetString(), any[1].GetProperty("x\ufffd").GetString(), map["x\ufffd"], named.Name));
            io.On("room", async (Socket socket, string room) => await socket.JoinAsync(room));
        });
        var (client, socket) = await ConnectAsync(server);
        var reply = await client.EmitWithAckAsync(
            "text",
            Half,
            new NodeJson("""["\udc00y",{"x\ud83d":"\ud83d"}]"""),
            new NodeJson("""{"x\ud83d":"\ud83d\ude00\ud83d"}"""),
            new NodeJson("""{"name":"a\udbffb"}"""));
        Assert.That(reply.Single().GetString(), Is.EqualTo("x\ufffd \ufffdy \ufffd 😀\ufffd a\ufffdb"));

        await client.OnAckAsync("ask", Half);
        Assert.That(await socket.EmitWithAckAsync<string>("ask").WithDeadline(), Is.EqualTo("x\ufffd"));

        await client.EmitWithAckAsync("room", Half);
        await server.Io.To("x\ufffd").EmitAsync("inside");
        await client.NextEventAsync("inside");
    }

    [Test]
    public async Task Half_a_surrogate_pair_is_sent_as_JavaScript_would_send_it()
    {
        await using var server = await StartAsync();
        var (client, socket) = await ConnectAsync(server);
        await socket.EmitAsync("e", "x\ud83d", new Dictionary<string, string> { ["\ude00"] = "\ude00\ud83d" }, JsonElement.Parse("[\"\\ud83d\"]"));
        var received = await client.NextEventAsync("e");
        Assert.That(received.Args.Select(arg => arg.GetRawText()), Is.EqualTo(new[] { "\"x\\ud83d\"", """{"\ude00":"\ude00\ud83d"}""", """["\ud83d"]""" }));
    }

    [Test]
    public async Task All_other_text_comes_back_as_it_was()
    {
        await using var server = await StartAsync(io => io.On("echo", (Socket _, string text) => text));
        var (client, socket) = await ConnectAsync(server);
        Assert.That((await client.EmitWithAckAsync("echo", Unescaped)).Single().GetString(), Is.EqualTo(Unescaped));
        await socket.EmitAsync(Unescaped, Unescaped, new byte[] { 1 }, Unescaped);
        var received = await client.NextEventAsync(Unescaped);
        Assert.That(received.Args[0].GetString(), Is.EqualTo(Unescaped));
        Assert.That(received.Args[1].GetBinary(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(received.Args[2].GetString(), Is.EqualTo(Unescaped));
    }

    [Test]
    public async Task A_refusal_with_half_a_surrogate_pair_arrives()
    {
        await using var server = await StartAsync(io => io.Of("/chat").Use(_ => ConnectResult.Refuse("no \ud83d", new { why = "x\ud83d" })));
        var (client, _) = await ConnectAsync(server);
        var chat = await client.OpenSocketAsync("/chat");
        var error = await chat.NextEventAsync("connect_error");
        var texts = error.Args.Select(arg => arg.GetRawText());
        Assert.That(texts, Does.Contain("""{"why":"x\ud83d"}"""));
        if (version is null or 3)
            Assert.That(texts, Does.Contain("\"no \\ud83d\""), "older clients get the data only");
    }

    private static Task<TestServer> StartAsync(Action<SocketIoServer>? configure = null) =>
        TestServer.StartSocketIoAsync(configure, options => options.AllowEngineIo3 = true);

    private async Task<(NodeClient Client, Socket Socket)> ConnectAsync(TestServer server)
    {
        var options = new Dictionary<string, object?> { ["transports"] = new[] { transport } };
        if (version is not null)
            options["client"] = version;
        var (client, socket) = await server.ConnectAsync("/", options);
        return (client, socket);
    }

    private sealed record Named(string Name);
}
