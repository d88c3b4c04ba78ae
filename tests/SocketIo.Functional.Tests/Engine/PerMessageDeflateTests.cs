using System.IO.Compression;
using System.Text;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>permessage-deflate on the wire (RFC 7692).</summary>
public class PerMessageDeflateTests
{
    private const string Target = "/engine.io/?EIO=4&transport=websocket";
    private const string Offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

    private static readonly string Long = string.Concat(Enumerable.Repeat("a long message, ", 100));

    [Test]
    public async Task By_default_an_offer_is_not_answered_and_a_compressed_message_breaks_the_protocol()
    {
        await using var host = await EngineHost.StartAsync();
        using var socket = await RawWebSocket.ConnectAsync(host.Address, Target, Offer);
        Assert.That(socket.Response, Does.Not.Contain("Sec-WebSocket-Extensions"));
        await socket.ReadAsync();
        await socket.WriteRawAsync(Compressed(Long));
        Assert.That((await socket.ReadAsync()).CloseCode, Is.EqualTo(1002));
    }

    [Test]
    public async Task Without_a_valid_offer_the_connection_is_a_plain_one()
    {
        await using var host = await StartAsync();
        using var socket = await RawWebSocket.ConnectAsync(
            host.Address, Target, "Sec-WebSocket-Extensions: permessage-deflate; unknown\r\n");
        Assert.That(socket.Status, Is.EqualTo(101));
        Assert.That(socket.Response, Does.Not.Contain("Sec-WebSocket-Extensions"));
        await socket.ReadAsync();
        await socket.SendAsync("4" + Long);
        Assert.That((await socket.ReadAsync()).ToString(), Is.EqualTo("4" + Long));
    }

    [Test]
    public async Task An_accepted_offer_is_answered_and_compressed_messages_are_understood()
    {
        await using var host = await StartAsync();
        using var socket = await RawWebSocket.ConnectAsync(host.Address, Target, Offer);
        Assert.That(socket.Response, Does.Contain("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n"));
        Assert.That((await socket.ReadAsync()).Text, Does.StartWith("0{"));
        await socket.WriteRawAsync(Compressed("4hello"));
        Assert.That((await socket.ReadAsync()).ToString(), Is.EqualTo("4hello"));
    }

    [Test]
    public async Task A_bomb_ends_the_session_with_1009()
    {
        await using var host = await StartAsync();
        using var socket = await OpenAsync(host);
        await socket.WriteRawAsync(Compressed(new string('x', 5_000_000)));
        Assert.That((await socket.ReadAsync()).CloseCode, Is.EqualTo(1009));
    }

    [Test]
    public async Task What_cannot_be_inflated_ends_the_session_with_1007()
    {
        await using var host = await StartAsync();
        using var socket = await OpenAsync(host);
        await socket.WriteRawAsync(RawWebSocket.Frame(0x41, [0x07, 0x00]));
        Assert.That((await socket.ReadAsync()).CloseCode, Is.EqualTo(1007));
    }

    private static Task<EngineHost> StartAsync(Action<PerMessageDeflateOptions>? configure = null) => EngineHost.StartAsync(options =>
    {
        options.PerMessageDeflate = new();
        configure?.Invoke(options.PerMessageDeflate);
    });

    private static async Task<RawWebSocket> OpenAsync(EngineHost host, string headers = Offer)
    {
        var socket = await RawWebSocket.ConnectAsync(host.Address, Target, headers);
        await socket.ReadAsync();
        return socket;
    }

    private static byte[] Compressed(string packet)
    {
        using var bytes = new MemoryStream();
        using var stream = new DeflateStream(bytes, CompressionLevel.Optimal);
        stream.Write(Encoding.UTF8.GetBytes(packet));
        stream.Flush();
        return RawWebSocket.Frame(0x41, bytes.ToArray().AsSpan()[..^4]);
    }
}
