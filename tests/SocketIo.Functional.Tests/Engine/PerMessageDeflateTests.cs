using System.IO.Compression;
using System.Text;
using SocketIo.Engine.Frames;
using SocketIo.Engine;
using SocketIo.Protocol;
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

    [Test]
    public async Task Long_messages_are_compressed_and_short_ones_are_not()
    {
        await using var host = await StartAsync();
        using var socket = await OpenAsync(host);
        await socket.SendAsync("4" + Long);
        await socket.SendAsync("4short");
        await socket.SendAsync(Encoding.UTF8.GetBytes(Long));
        var (first, second, third) = (await socket.ReadAsync(), await socket.ReadAsync(), await socket.ReadAsync());
        Assert.That((first.First, second.First, third.First), Is.EqualTo((0xC1, 0x81, 0xC2)));
        Assert.That(Inflate(first), Is.EqualTo("4" + Long));
        Assert.That(second.Text, Is.EqualTo("4short"));
        Assert.That(Inflate(third), Is.EqualTo(Long));
    }

    [Test]
    public async Task A_slow_reader_gets_every_compressed_message_whole_and_in_order([Values] bool directSocketWrites)
    {
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.PerMessageDeflate = new();
            options.MaxQueuedBytes = 100_000_000;
            options.DirectSocketWrites = directSocketWrites;
        });
        using var socket = await RawWebSocket.ConnectAsync(host.Address, Target, Offer, receiveBuffer: 4096);
        await socket.ReadAsync();
        await socket.SendAsync("4now the socket may be written directly");
        await socket.ReadAsync();
        var session = host.App.Sessions.Values.Single();
        string[] messages = [.. Enumerable.Range(0, 500).Select(i => $"{i} " + Convert.ToHexString(Noise(i)))];
        foreach (var message in messages)
            session.Send(message);
        Assert.That(session.QueuedBytes, Is.GreaterThan(0), "else the reader was not slow");
        foreach (var message in messages)
        {
            var frame = await socket.ReadAsync();
            Assert.That(frame.First >= 0xC0 ? Inflate(frame) : frame.Text, Is.EqualTo("4" + message));
        }
        Assert.That(await session.WhenDrainedAsync().WithDeadline(), Is.True);
        Assert.That(session.QueuedBytes, Is.Zero);
    }

    [Test]
    public async Task A_connection_that_was_upgraded_is_compressed_too()
    {
        await using var host = await StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var socket = await RawWebSocket.ConnectAsync(host.Address, Target + "&sid=" + polling.Sid, Offer);
        await socket.WriteRawAsync(Compressed("2probe"));
        Assert.That((await socket.ReadAsync()).ToString(), Is.EqualTo("3probe"));
        await polling.PollAsync();
        await socket.SendAsync("5");
        await socket.SendAsync("4" + Long);
        Assert.That(Inflate(await socket.ReadAsync()), Is.EqualTo("4" + Long));
    }

    [Test]
    public async Task The_extension_works_over_http_with_tls_too()
    {
        await using var host = await EngineHost.StartAsync(options => options.PerMessageDeflate = new(), https: true);
        using var socket = await OpenAsync(host);
        await socket.WriteRawAsync(Compressed("4" + Long));
        Assert.That(Inflate(await socket.ReadAsync()), Is.EqualTo("4" + Long));
    }

    [Test]
    public async Task A_broadcast_is_compressed_for_those_who_agreed_unless_it_says_no()
    {
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.PerMessageDeflate = new());
        using var plain = await JoinAsync(server, "");
        using var first = await JoinAsync(server, Offer);
        using var second = await JoinAsync(server, Offer);
        await server.Io.EmitAsync("long", Long);
        await server.Io.Compress(false).EmitAsync("long", Long);
        await server.Io.Sockets.Values.First().Broadcast.Compress(false).EmitAsync("end");

        var expected = $"42[\"long\",\"{Long}\"]";
        Assert.That((await plain.ReadAsync()).Text, Is.EqualTo(expected));
        Assert.That((await plain.ReadAsync()).Text, Is.EqualTo(expected));
        foreach (var socket in new[] { first, second })
        {
            Assert.That(Inflate(await socket.ReadAsync()), Is.EqualTo(expected));
            Assert.That((await socket.ReadAsync()).ToString(), Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Only_a_server_that_compresses_makes_frames_to_be_shared_deflated()
    {
        await using var off = await TestServer.StartSocketIoAsync();
        await using var on = await TestServer.StartSocketIoAsync(options: options => options.PerMessageDeflate = new());
        Assert.That(Encode(off, Long), Is.TypeOf<Frame>());
        Assert.That(Encode(on, Long), Is.TypeOf<SharedFrame>());
        Assert.That(Encode(on, "short"), Is.TypeOf<Frame>());
    }

    private static Frame Encode(TestServer server, string text) =>
        server.Io.Delivery.EncodeForAll(default, "event", new Args<string>(text), PacketHeader.NoId);

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

    private static async Task<RawWebSocket> JoinAsync(TestServer server, string headers)
    {
        var socket = await RawWebSocket.ConnectAsync(server.Address, "/socket.io/?EIO=4&transport=websocket", headers);
        await socket.ReadAsync();
        await socket.SendAsync("40");
        await socket.ReadAsync();
        return socket;
    }

    private static byte[] Noise(int seed)
    {
        var noise = new byte[20_000];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    private static string Inflate(RawFrame frame)
    {
        Assert.That(frame.First & 0x40, Is.EqualTo(0x40), "the message is not compressed");
        using var stream = new DeflateStream(new MemoryStream([.. frame.Payload, 0x00, 0x00, 0xFF, 0xFF]), CompressionMode.Decompress);
        return new StreamReader(stream).ReadToEnd();
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
