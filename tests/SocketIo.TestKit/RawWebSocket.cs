using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SocketIo.TestKit;

/// <summary>A WebSocket client that writes every byte by hand: right ones and wrong ones (RFC 6455).</summary>
public sealed class RawWebSocket : IDisposable
{
    private static readonly byte[] Key = [0x37, 0xFA, 0x21, 0x3D];

    private readonly TcpClient _tcp;
    private readonly Stream _stream;
    private readonly SemaphoreSlim _writing = new(1);

    private RawWebSocket(TcpClient tcp, Stream stream)
    {
        _tcp = tcp;
        _stream = stream;
    }

    /// <summary>The status line and the headers of the server's answer.</summary>
    public string Response { get; private set; } = "";

    public int Status => int.Parse(Response.AsSpan(9, 3), null);

    /// <summary>The body of an answer that is not a 101.</summary>
    public string Body { get; private set; } = "";

    /// <summary>The keys of the open packet.</summary>
    public JsonElement Handshake { get; private set; }

    public string Sid => Handshake.GetProperty("sid").GetString()!;

    /// <summary>Opens a session and reads its open packet.</summary>
    public static async Task<RawWebSocket> OpenAsync(Uri address, string path = "/engine.io/", int receiveBuffer = 0)
    {
        var socket = await ConnectAsync(address, path + "?EIO=4&transport=websocket", receiveBuffer: receiveBuffer);
        var open = await socket.ReadAsync();
        socket.Handshake = JsonDocument.Parse(open.Text[1..]).RootElement;
        return socket;
    }

    /// <summary>Sends the handshake request, and reads the answer whatever it is.</summary>
    /// <param name="address">The server.</param>
    /// <param name="target">The path and the query.</param>
    /// <param name="headers">Further header lines.</param>
    /// <param name="receiveBuffer">How much the client takes before it reads; 0 leaves that to the system.</param>
    /// <param name="method">The method.</param>
    /// <param name="early">Bytes that go out together with the request.</param>
    public static async Task<RawWebSocket> ConnectAsync(
        Uri address, string target, string headers = "", int receiveBuffer = 0, string method = "GET", byte[]? early = null)
    {
        var tcp = new TcpClient { NoDelay = true };
        if (receiveBuffer > 0)
            tcp.ReceiveBufferSize = receiveBuffer;
        await tcp.ConnectAsync(address.Host, address.Port).WithDeadline();
        Stream stream = tcp.GetStream();
        if (address.Scheme == "https")
        {
            var tls = new SslStream(stream, false, (_, certificate, _, _) => certificate?.Subject == "CN=localhost");
            await tls.AuthenticateAsClientAsync("localhost").WithDeadline();
            stream = tls;
        }
        var socket = new RawWebSocket(tcp, stream);
        var request = $"{method} {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n";
        await socket.WriteRawAsync([.. Encoding.ASCII.GetBytes(request), .. early ?? []]);
        await socket.ReadResponseAsync().WithDeadline();
        return socket;
    }

    /// <summary>A client frame, masked.</summary>
    public static byte[] Frame(int opcode, ReadOnlySpan<byte> payload, bool final = true)
    {
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)(0x80 | payload.Length)],
            <= ushort.MaxValue => [0xFE, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [0xFF, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length],
        };
        byte[] frame = [(byte)((final ? 0x80 : 0) | opcode), .. length, .. Key, .. payload];
        for (int i = 0, at = frame.Length - payload.Length; at < frame.Length; i++, at++)
            frame[at] ^= Key[i % 4];
        return frame;
    }

    public static byte[] CloseFrame(ushort code, string reason = "") =>
        Frame(8, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    public Task SendAsync(string packet) => WriteRawAsync(Frame(1, Encoding.UTF8.GetBytes(packet)));

    public Task SendAsync(byte[] data) => WriteRawAsync(Frame(2, data));

    /// <summary>Any bytes.</summary>
    public async Task WriteRawAsync(byte[] bytes)
    {
        await _writing.WaitAsync().WithDeadline();
        try
        {
            await _stream.WriteAsync(bytes).AsTask().WithDeadline();
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next frame; fails when the connection ends instead.</summary>
    public async Task<RawFrame> ReadAsync() =>
        await TryReadAsync() ?? throw new InvalidOperationException("The connection ended.");

    /// <summary>Whether ping frames are answered, as WebSockets do it by themselves; the test does not see them then.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>The next frame, or null when the connection ends properly.</summary>
    public async Task<RawFrame?> TryReadAsync()
    {
        while (await TryReadAnyAsync() is { } frame)
        {
            if (frame.Opcode != 9 || !AnswersPings)
                return frame;
            await WriteRawAsync(Frame(10, frame.Payload));
        }
        return null;
    }

    private async Task<RawFrame?> TryReadAnyAsync()
    {
        var header = new byte[2];
        if (await _stream.ReadAtLeastAsync(header, 2, throwOnEndOfStream: false).AsTask().WithDeadline() < 2)
            return null;
        if ((header[1] & 0x80) != 0)
            throw new InvalidOperationException("A server's frame is masked.");
        long length = header[1];
        if (length >= 126)
        {
            var wide = new byte[8];
            await _stream.ReadExactlyAsync(wide.AsMemory(length == 126 ? 6 : 0)).AsTask().WithDeadline();
            length = BinaryPrimitives.ReadInt64BigEndian(wide);
        }
        var payload = new byte[length];
        await _stream.ReadExactlyAsync(payload).AsTask().WithDeadline();
        return new RawFrame(header[0], payload);
    }

    /// <summary>Reads until the connection ends; the frames, and whether it ended by a reset.</summary>
    public async Task<(List<RawFrame> Frames, bool WasReset)> ReadToEndAsync()
    {
        var frames = new List<RawFrame>();
        try
        {
            while (await TryReadAsync() is { } frame)
                frames.Add(frame);
            return (frames, false);
        }
        catch (IOException)
        {
            return (frames, true);
        }
    }

    /// <summary>Ends the sending half of the connection.</summary>
    public void HalfClose() => _tcp.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Drops the connection without a word.</summary>
    public void Reset()
    {
        _tcp.LingerState = new LingerOption(true, 0);
        _tcp.Dispose();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
        _writing.Dispose();
    }

    private async Task ReadResponseAsync()
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            await _stream.ReadExactlyAsync(one);
            head.Add(one[0]);
        }
        Response = Encoding.ASCII.GetString([.. head]);
        if (Status != 101 && !Response.Contains("Content-Length: 0\r\n", StringComparison.Ordinal))
            Body = await new StreamReader(_stream).ReadToEndAsync();
    }
}
