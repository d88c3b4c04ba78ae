using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.WebSockets;

/// <summary>
/// A WebSocket of the server's own, as the bytes that would lie below it: its messages are read as the frames of a client, and frames
/// that are written are sent as its messages. For servers that have nothing else to give, such as that of tests.
/// </summary>
internal sealed class FramedStream : Stream
{
    // RFC 6455 5.2: two bytes, two of a longer length, four of a mask; no more is received at once than such a length can say
    private const int MaxHeader = 8;
    private const int MaxReceived = ushort.MaxValue;
    private const int FinalBit = 0x80;
    private const int MaskBit = 0x80;

    private readonly WebSocket _socket;
    private readonly CancellationTokenRegistration _abort;
    private readonly FrameSplitter _written = new();
    private bool _isContinued;
    private bool _hasEnded;

    /// <param name="socket">The WebSocket, from now on the stream's.</param>
    /// <param name="aborted">Cancelled when the request is aborted, and the WebSocket with it.</param>
    public FramedStream(WebSocket socket, CancellationToken aborted)
    {
        _socket = socket;
        _abort = aborted.UnsafeRegister(static socket => ((WebSocket)socket!).Abort(), socket);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads one frame, or a part of a message that is longer than the buffer as one.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_hasEnded || buffer.Length <= MaxHeader)
            return 0;
        try
        {
            var room = buffer[MaxHeader..Math.Min(buffer.Length, MaxReceived)];
            var received = await _socket.ReceiveAsync(room, cancellationToken).ConfigureAwait(false);
            if (received.MessageType is WebSocketMessageType.Close)
                return Frame(buffer.Span, Opcode.Close, isFinal: true, WriteClose(room.Span));
            var opcode = _isContinued ? Opcode.Continuation : received.MessageType is WebSocketMessageType.Text ? Opcode.Text : Opcode.Binary;
            _isContinued = !received.EndOfMessage;
            return Frame(buffer.Span, opcode, received.EndOfMessage, received.Count);
        }
        catch (WebSocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (_written.TryTake(ref buffer, out var part))
                await SendAsync(part, cancellationToken).ConfigureAwait(false);
        }
        catch (WebSocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _abort.Dispose();
        _socket.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask SendAsync(FramePart part, CancellationToken cancellationToken)
    {
        switch (part.Opcode)
        {
            case Opcode.Text or Opcode.Binary:
                var type = part.Opcode is Opcode.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
                await _socket.SendAsync(part.Payload, type, part.IsLast, cancellationToken).ConfigureAwait(false);
                break;
            case Opcode.Close:
                var code = part.Payload.Length < 2 ? WebSocketCloseStatus.Empty : (WebSocketCloseStatus)BinaryPrimitives.ReadUInt16BigEndian(part.Payload.Span);
                var reason = part.Payload.Length < 2 ? null : Encoding.UTF8.GetString(part.Payload.Span[2..]);
                await _socket.CloseOutputAsync(code, reason, cancellationToken).ConfigureAwait(false);
                break;
            default:
                // pings and pongs are the WebSocket's own
                break;
        }
    }

    /// <summary>The payload of the peer's close frame; its length.</summary>
    private int WriteClose(Span<byte> payload)
    {
        _hasEnded = true;
        if (_socket.CloseStatus is null or WebSocketCloseStatus.Empty)
            return 0;
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)_socket.CloseStatus);
        return 2 + Encoding.UTF8.GetBytes(_socket.CloseStatusDescription ?? "", payload[2..]);
    }

    /// <summary>Puts the header before a payload that lies behind the room for the longest one; the mask is zero.</summary>
    private static int Frame(Span<byte> frame, Opcode opcode, bool isFinal, int length)
    {
        frame[0] = (byte)((isFinal ? FinalBit : 0) | (int)opcode);
        if (length <= 125)
        {
            frame[1] = (byte)(MaskBit | length);
            frame[2..6].Clear();
            frame.Slice(MaxHeader, length).CopyTo(frame[6..]);
            return 6 + length;
        }
        frame[1] = MaskBit | 126;
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)length);
        frame[4..MaxHeader].Clear();
        return MaxHeader + length;
    }
}
