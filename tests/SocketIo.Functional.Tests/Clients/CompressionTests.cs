using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SocketIo.Functional.Tests.Browser;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Clients;

/// <summary>Stock clients and a server that compresses: a relay between them tells how many bytes really travelled.</summary>
public class CompressionTests
{
    private const int Much = 100_000;

    private static readonly string Text = string.Concat(Enumerable.Repeat("so much to say, ", Much / 16));

    [Test]
    public async Task A_node_client_s_websocket_is_compressed_both_ways_where_both_want_it([Values] bool server, [Values] bool client)
    {
        await using var host = await StartAsync(server);
        using var relay = Relay.To(host.Address);
        object options = client
            ? new { transports = new[] { "websocket" }, perMessageDeflate = new { threshold = 1024 } }
            : new { transports = new[] { "websocket" }, perMessageDeflate = false };
        var node = await StockClients.Node.OpenAsync(relay.Address.ToString(), options);
        await node.ConnectedAsync();
        for (var i = 0; i < 3; i++)
        {
            var reply = await node.EmitWithAckAsync("echo", Text, new byte[Much], i);
            Assert.That(reply[0].GetString(), Is.EqualTo(Text));
            Assert.That(reply[1].GetBinary(), Is.EqualTo(new byte[Much]));
        }
        var (least, most) = server && client ? (0, Much / 10) : (6 * Much, int.MaxValue);
        Assert.That(relay.BytesToServer, Is.InRange(least, most));
        Assert.That(relay.BytesToClient, Is.InRange(least, most));
    }

    [TestCase("websocket", true, true)]
    [TestCase("websocket", false, false)]
    [TestCase("polling", true, true)]
    [TestCase("polling", false, false)]
    [NonParallelizable]
    public async Task A_browser_understands_what_is_compressed(string transport, bool compress, bool isCompressed)
    {
        await using var host = await StartAsync(compress);
        using var relay = Relay.To(host.Address);
        await using var browser = await Chromium.StartAsync();
        var page = await browser.OpenAsync(relay.Address.ToString());
        var before = (ToServer: relay.BytesToServer, ToClient: relay.BytesToClient);
        var echoed = await page.EvaluateAsync<string>(
            """
            ([transport, text]) => new Promise((resolve, reject) => {
              const socket = io({ transports: [transport] });
              socket.on("connect_error", reject);
              socket.emit("echo", text, new Uint8Array([1]), 0, reply => resolve(reply));
            })
            """,
            new[] { transport, Text }).WithDeadline();
        Assert.That(echoed, Is.EqualTo(Text));

        // browsers compress nothing that they post
        var (toServer, toClient) = (relay.BytesToServer - before.ToServer, relay.BytesToClient - before.ToClient);
        Assert.That(toServer < Much / 10, Is.EqualTo(isCompressed && transport == "websocket"), $"{toServer} bytes to the server");
        Assert.That(toClient < Much / 10, Is.EqualTo(isCompressed), $"{toClient} bytes to the browser");
    }

    [Test]
    public async Task A_dotnet_client_understands_every_window_and_keeps_its_own_context_or_not(
        [Values(9, 10, 12, 15)] int serverBits, [Values(9, 15)] int clientBits, [Values] bool clientContext)
    {
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.On("echo", async (Socket socket, string text) => await socket.EmitAsync("echo", text)),
            options => options.PerMessageDeflate = new() { Threshold = 50 });
        await using var client = await RawClient.OpenAsync(server, configure: options => options.DangerousDeflateOptions = new()
        {
            ServerMaxWindowBits = serverBits,
            ClientMaxWindowBits = clientBits,
            ClientContextTakeover = clientContext,
        });
        await client.JoinAsync();
        foreach (var length in new[] { 60, 400, 500, 520, 1000, 4080, 4100, 40_000 })
        {
            var said = $"42[\"echo\",\"{Repeating(length)}\"]";
            await client.SendAsync(said);
            Assert.That(await client.ReceiveAsync(), Is.EqualTo(said), $"of {length} characters");
        }
    }

    // The second half repeats the first: a reference back as far as can be.
    private static string Repeating(int length)
    {
        var half = Convert.ToHexString(RandomNumberGenerator.GetBytes(length / 4));
        return half + half;
    }

    private static Task<TestServer> StartAsync(bool compress) => TestServer.StartSocketIoAsync(
        io => io.On("echo", (Socket _, string text, byte[] bytes, int _) => new AckArguments(text, bytes)),
        options =>
        {
            options.PerMessageDeflate = compress ? new() : null;
            options.HttpCompression = compress ? new() : null;
        },
        map: app => app.MapGet("/", () => Results.Content("<script src='/socket.io/socket.io.min.js'></script>", "text/html")));
}
