using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using SocketIo.Engine.Frames;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;

namespace SocketIo.TestKit;

/// <summary>
/// The far end of a real session, driven by the test: it puts packets in as they are on the wire (<c>42["ev",1]</c>) and reads what
/// comes out the same way. It has no thread of its own; what the server does inline has happened when a call returns.
/// </summary>
internal sealed class InMemoryClient
{
    private readonly Channel<string> _packets = Channel.CreateUnbounded<string>();
    private readonly InMemoryServer _server;

    public InMemoryClient(InMemoryServer server)
    {
        _server = server;
        Transport = new InMemoryTransport(OnFrame);
        Session = new EngineSession(server.Engine, SessionStore.NewId(), InMemoryServer.Request(), _ => Transport);
        Session.Open();
        Next();
    }

    public EngineSession Session { get; }

    public InMemoryTransport Transport { get; }

    /// <summary>The frames as they came: a broadcast's is the same object for everybody.</summary>
    public ConcurrentQueue<Frame> Frames { get; } = new();

    /// <summary>Runs inside the write of each packet, before the test can read it: the place to force a race.</summary>
    public Action<string>? Writing { get; set; }

    /// <summary>Forget what arrives, for measurements.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Whether the session has ended.</summary>
    public bool IsClosed => !Session.IsOpen;

    /// <summary>Sends a packet and its attachments; fails when the server makes the reader wait.</summary>
    public void Send(string packet, params ReadOnlySpan<byte[]> attachments)
    {
        RequireComplete(Post(packet));
        foreach (var attachment in attachments)
            RequireComplete(Post(attachment, isBinary: true));
    }

    /// <summary>Sends an event; the arguments are JSON texts.</summary>
    public void Emit(string name, params ReadOnlySpan<string> arguments) => Send("42" + EventText(name, arguments));

    /// <summary>Sends an event that asks for an acknowledgement.</summary>
    public void EmitWithAck(long id, string name, params ReadOnlySpan<string> arguments) => Send("42" + id + EventText(name, arguments));

    /// <summary>Sends a packet; the task is the reader's, not complete while the server wants no more.</summary>
    public ValueTask Post(string packet) => Post(Encoding.UTF8.GetBytes(packet), isBinary: false);

    /// <summary>Sends an attachment; the task is the reader's.</summary>
    public ValueTask Post(byte[] attachment) => Post(attachment, isBinary: true);

    /// <summary>Joins a namespace, which has to be accepted at once, and finds the server's socket.</summary>
    public Socket Join(string @namespace = "/", string auth = "")
    {
        Send(ConnectPacket(@namespace, auth));
        return SocketOf(Next(), @namespace);
    }

    /// <summary>The server's socket that an answer such as <c>40{"sid":"..."}</c> names.</summary>
    public Socket SocketOf(string answer, string @namespace = "/") => _server.Io.Of(@namespace).Sockets[SidOf(answer)];

    /// <summary>The next packet, which has to be there: text as it is, binary as hexadecimal digits after a #.</summary>
    public string Next() =>
        _packets.Reader.TryRead(out var packet) ? packet : throw new InvalidOperationException("Nothing has arrived.");

    /// <summary>The next packet when it comes from another thread.</summary>
    public Task<string> NextAsync() => _packets.Reader.ReadAsync().AsTask().WithDeadline();

    /// <summary>All packets that have arrived and were not read.</summary>
    public string[] All()
    {
        var all = new List<string>();
        while (_packets.Reader.TryRead(out var packet))
            all.Add(packet);
        return [.. all];
    }

    /// <summary>The connection breaks.</summary>
    public void Lose() => Session.OnLost(Transport, DisconnectReason.TransportClose);

    /// <summary>The peer takes nothing until <see cref="Unblock"/>.</summary>
    public void Block() => Transport.Block();

    public void Unblock()
    {
        if (Transport.Unblock())
            Session.Drain();
    }

    public static string SidOf(string answer)
    {
        using var payload = JsonDocument.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..]);
        return payload.RootElement.GetProperty("sid").GetString()!;
    }

    public static string ConnectPacket(string @namespace, string auth = "") =>
        @namespace == "/" ? "40" + auth : $"40{@namespace},{auth}";

    private static string EventText(string name, ReadOnlySpan<string> arguments) =>
        "[" + string.Join(',', (ReadOnlySpan<string?>)["\"" + name + "\"", .. arguments]) + "]";

    private static void RequireComplete(ValueTask received)
    {
        if (!received.IsCompleted)
            throw new InvalidOperationException("The server makes the reader wait.");
        received.GetAwaiter().GetResult();
    }

    // As a receive loop does it: the memory is another packet's as soon as the call has returned.
    private ValueTask Post(ReadOnlySpan<byte> packet, bool isBinary)
    {
        var buffer = packet.ToArray();
        var received = Session.Receive(Transport, isBinary, buffer);
        buffer.AsSpan().Fill((byte)'!');
        return received;
    }

    private void OnFrame(Frame frame)
    {
        if (IsDeaf)
            return;
        Frames.Enqueue(frame);
        var rest = frame.Span;
        while (!rest.IsEmpty)
        {
            var payload = FrameWriter.Next(ref rest, out var opcode);
            var packet = opcode switch
            {
                Opcode.Text => Encoding.UTF8.GetString(payload),
                Opcode.Close => $"close {BinaryPrimitives.ReadUInt16BigEndian(payload)} {Encoding.UTF8.GetString(payload[2..])}",
                _ => "#" + Convert.ToHexString(payload),
            };
            if (packet == "2")
            {
                RequireComplete(Post("3"));
                continue;
            }
            Writing?.Invoke(packet);
            _packets.Writer.TryWrite(packet);
        }
    }
}
