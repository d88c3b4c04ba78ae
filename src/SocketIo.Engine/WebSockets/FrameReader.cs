using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using SocketIo.Engine.Frames;
using static SocketIo.Engine.Frames.CloseCode;

namespace SocketIo.Engine.WebSockets;

/// <summary>
/// Reads the frames of one client (RFC 6455 5) and puts fragments together: every message comes out whole, contiguous and
/// unmasked. Payload is taken from the input as it arrives, so the input never has to hold a whole frame.
/// Used by one receive loop; between messages it holds no rented memory.
/// </summary>
/// <param name="maxMessageBytes">The largest message, as it comes and inflated.</param>
/// <param name="deflate">The extension, where it was agreed on.</param>
internal sealed class FrameReader(int maxMessageBytes, PerMessageDeflate? deflate = null)
{
    // Two bytes, a 64-bit length and the masking key.
    private const int MaxHeaderSize = 14;

    // RFC 6455 5.2; the first of them is permessage-deflate's.
    private const byte ReservedBits = 0x70;
    private const byte Rsv1 = 0x40;

    // RFC 6455 5.5: control frames are at most 125 bytes.
    private const int MaxControlSize = 125;

    // Rented before that much has arrived: one page, a few network packets.
    private const int FirstRent = 4096;

    private FrameReadStatus _status; // the last answer; Close and Error stay

    // The message being put together, then the one reported.
    private Opcode _messageType; // Continuation: none has been started
    private byte[]? _message; // rented
    private int _messageLength;

    // A control frame may come between two fragments, so it has a place of its own.
    private byte[]? _control; // rented
    private byte _controlLength;

    // The frame whose payload is being read.
    private bool _inPayload;
    private byte _head; // the first byte of its header
    private bool _compressed; // the message, as its first frame says
    private int _remaining;
    private uint _mask;

    /// <summary>
    /// The whole message after Text or Binary, the frame's payload after Ping, Pong or Close, else empty. Valid until the
    /// next <see cref="TryRead"/>, <see cref="Release"/> or <see cref="Drop"/>.
    /// </summary>
    public ReadOnlySpan<byte> Payload => _status switch
    {
        FrameReadStatus.Text or FrameReadStatus.Binary => _message.AsSpan(0, _messageLength),
        FrameReadStatus.Ping or FrameReadStatus.Pong or FrameReadStatus.Close => _control.AsSpan(0, _controlLength),
        _ => default,
    };

    /// <summary>After Error the code to close with; after Close the peer's, 1005 if it sent none.</summary>
    public ushort CloseCode { get; private set; }

    /// <summary>After Error what was wrong, short enough for a close frame; after Close the peer's reason.</summary>
    public string CloseReason { get; private set; } = "";

    private Opcode FrameType => (Opcode)(_head & 0x0F);

    private bool IsControl => IsControlType(FrameType);

    private bool IsFinal => (_head & 0x80) != 0;

    /// <summary>Reads up to the end of the next message or control frame and moves <paramref name="input"/> past what it took.</summary>
    public FrameReadStatus TryRead(ref ReadOnlySequence<byte> input)
    {
        if (_status is FrameReadStatus.Close or FrameReadStatus.Error)
            return _status;

        Release();
        _status = FrameReadStatus.NeedMore;
        while (_status == FrameReadStatus.NeedMore && (_inPayload || TryReadHeader(ref input)) && TryReadPayload(ref input))
            FinishFrame();
        return _status;
    }

    /// <summary>Gives the memory of a reported message back; to be called before waiting for input. An unfinished message stays.</summary>
    public void Release()
    {
        switch (_status)
        {
            case FrameReadStatus.Text or FrameReadStatus.Binary:
                ReturnMessage();
                break;
            case FrameReadStatus.Ping or FrameReadStatus.Pong:
                ReturnControl();
                break;
            default:
                return;
        }
        _status = FrameReadStatus.NeedMore;
    }

    /// <summary>Gives all memory back; the connection is over.</summary>
    public void Drop()
    {
        ReturnMessage();
        ReturnControl();
        deflate?.Drop();
    }

    /// <summary>False when the header is not complete or has a fault; then nothing was taken.</summary>
    private bool TryReadHeader(ref ReadOnlySequence<byte> input)
    {
        Span<byte> copy = stackalloc byte[MaxHeaderSize];
        scoped var header = input.FirstSpan;
        if (header.Length < MaxHeaderSize && !input.IsSingleSegment)
        {
            var start = input.Slice(0, Math.Min(MaxHeaderSize, input.Length));
            start.CopyTo(copy);
            header = copy[..(int)start.Length];
        }

        if (header.Length < 2)
            return false;
        if (FaultOf(header[0], header[1]) is { } fault)
            return Fail(ProtocolError, fault);

        var maskAt = (header[1] & 0x7F) switch { 126 => 4, 127 => 10, _ => 2 };
        if (header.Length < maskAt || !TryAcceptLength(header[..maskAt]) || header.Length < maskAt + sizeof(uint))
            return false;

        _head = header[0];
        _mask = MemoryMarshal.Read<uint>(header[maskAt..]);
        _inPayload = true;
        if (IsControl)
            _controlLength = 0;
        else if (FrameType != Opcode.Continuation)
            (_messageType, _compressed) = (FrameType, (_head & Rsv1) != 0);

        input = input.Slice(maskAt + sizeof(uint));
        return true;
    }

    /// <summary>What the first two bytes of a frame break, null if nothing.</summary>
    private string? FaultOf(byte first, byte second)
    {
        var opcode = (Opcode)(first & 0x0F);
        if ((first & ReservedBits) != 0 && !IsCompressedStart(first))
            return "reserved bits are set";
        if (opcode is > Opcode.Binary and < Opcode.Close or > Opcode.Pong)
            return "the opcode is reserved";
        if ((second & 0x80) == 0)
            return "the frame is not masked";
        if (IsControlType(opcode))
            return ControlFaultOf(first, second);
        if (opcode == Opcode.Continuation && _messageType == Opcode.Continuation)
            return "there is no message to continue";
        if (opcode != Opcode.Continuation && _messageType != Opcode.Continuation)
            return "the previous message is not finished";
        return null;
    }

    /// <summary>Whether the reserved bits say that a compressed message begins, which may (RFC 7692 6).</summary>
    private bool IsCompressedStart(byte first) =>
        deflate is not null && (first & ReservedBits) == Rsv1 && (Opcode)(first & 0x0F) is Opcode.Text or Opcode.Binary;

    private static string? ControlFaultOf(byte first, byte second)
    {
        if ((first & 0x80) == 0)
            return "the control frame is fragmented";
        return (second & 0x7F) > MaxControlSize ? "the control frame is too long" : null;
    }

    /// <summary>Checks the announced length, before anything is rented for it.</summary>
    private bool TryAcceptLength(ReadOnlySpan<byte> header)
    {
        var (length, least) = header.Length switch
        {
            4 => (BinaryPrimitives.ReadUInt16BigEndian(header[2..]), 126UL),
            10 => (BinaryPrimitives.ReadUInt64BigEndian(header[2..]), ushort.MaxValue + 1UL),
            _ => ((ulong)(header[1] & 0x7F), 0UL),
        };

        if (length > long.MaxValue)
            return Fail(ProtocolError, "the length has its top bit set");
        if (length < least)
            return Fail(ProtocolError, "the length is not in its shortest form");
        if (!IsControlType((Opcode)(header[0] & 0x0F)) && length > (ulong)(maxMessageBytes - _messageLength))
            return Fail(TooBig, $"the message is too big: {(ulong)_messageLength + length} bytes, {maxMessageBytes} are allowed");

        _remaining = (int)length;
        return true;
    }

    /// <summary>Takes what there is of the payload; true when that was all of it.</summary>
    private bool TryReadPayload(ref ReadOnlySequence<byte> input)
    {
        var count = (int)Math.Min(_remaining, input.Length);
        if (count > 0)
        {
            var destination = IsControl ? TakeControlSpace(count) : TakeMessageSpace(count);
            // Nearly every message lies in one segment; the enumerator below costs a fifth of the whole read of a small one.
            if (input.FirstSpan.Length >= count)
                _mask = Mask.CopyUnmasked(input.FirstSpan[..count], destination, _mask);
            else
                CopySegments(input.Slice(0, count), destination);

            _remaining -= count;
            input = input.Slice(count);
        }

        return _remaining == 0;
    }

    private void CopySegments(ReadOnlySequence<byte> source, Span<byte> destination)
    {
        foreach (var segment in source)
        {
            _mask = Mask.CopyUnmasked(segment.Span, destination, _mask);
            destination = destination[segment.Length..];
        }
    }

    private Span<byte> TakeControlSpace(int count)
    {
        _control ??= ArrayPool<byte>.Shared.Rent(MaxControlSize);
        var space = _control.AsSpan(_controlLength, count);
        _controlLength += (byte)count;
        return space;
    }

    private Span<byte> TakeMessageSpace(int count)
    {
        var needed = _messageLength + count;
        if (_message is null || needed > _message.Length)
            Grow(needed);
        var space = _message.AsSpan(_messageLength, count);
        _messageLength = needed;
        return space;
    }

    /// <summary>Twice the memory, but no more than the frame has announced: what a peer only promises costs nothing.</summary>
    private void Grow(int needed)
    {
        var announced = (long)_messageLength + _remaining;
        var wanted = _message is null ? FirstRent : 2L * _message.Length;
        var grown = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, Math.Min(wanted, announced)));
        if (_message is not null)
        {
            _message.AsSpan(0, _messageLength).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_message);
        }

        _message = grown;
    }

    private void FinishFrame()
    {
        _inPayload = false;
        switch (FrameType)
        {
            case Opcode.Ping:
                _status = FrameReadStatus.Ping;
                break;
            case Opcode.Pong:
                _status = FrameReadStatus.Pong;
                break;
            case Opcode.Close:
                FinishClose(_control.AsSpan(0, _controlLength));
                break;
            default:
                if (IsFinal)
                    FinishMessage();
                break;
        }
    }

    private void FinishMessage()
    {
        var type = _messageType;
        _messageType = Opcode.Continuation;
        if (_compressed && !TryInflate())
            return;
        if (type == Opcode.Binary)
            _status = FrameReadStatus.Binary;
        else if (Utf8.IsValid(_message.AsSpan(0, _messageLength)))
            _status = FrameReadStatus.Text;
        else
            Fail(InvalidText, "the text is not UTF-8");
    }

    private bool TryInflate()
    {
        switch (deflate!.Inflate(_message ?? [], _messageLength, maxMessageBytes, out var inflated, out var length))
        {
            case InflateStatus.TooBig:
                return Fail(TooBig, $"the message is too big: {_messageLength} bytes inflate to more than {maxMessageBytes}");
            case InflateStatus.Malformed:
                return Fail(InvalidText, "the message can't be inflated");
        }
        ReturnMessage();
        (_message, _messageLength) = (inflated, length);
        return true;
    }

    private void FinishClose(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 1)
        {
            Fail(ProtocolError, "the close code is cut off");
            return;
        }

        var code = payload.IsEmpty ? NoStatus : BinaryPrimitives.ReadUInt16BigEndian(payload);
        var reason = payload.IsEmpty ? payload : payload[2..];
        // RFC 6455 7.4: the codes that may travel; the gaps are reserved or only reported locally.
        if (!payload.IsEmpty && code is not (>= 1000 and <= 1003 or >= 1007 and <= 1014 or >= 3000 and <= 4999))
            Fail(ProtocolError, "the close code is not allowed");
        else if (!Utf8.IsValid(reason))
            Fail(InvalidText, "the close reason is not UTF-8");
        else
            End(FrameReadStatus.Close, code, Encoding.UTF8.GetString(reason));
    }

    /// <summary>False, so that a check can end with it.</summary>
    private bool Fail(ushort code, string reason)
    {
        End(FrameReadStatus.Error, code, reason);
        return false;
    }

    private void End(FrameReadStatus status, ushort code, string reason)
    {
        ReturnMessage();
        _status = status;
        CloseCode = code;
        CloseReason = reason;
    }

    private void ReturnMessage()
    {
        if (_message is not null)
            ArrayPool<byte>.Shared.Return(_message);
        _message = null;
        _messageLength = 0;
    }

    private void ReturnControl()
    {
        if (_control is not null)
            ArrayPool<byte>.Shared.Return(_control);
        _control = null;
        _controlLength = 0;
    }

    private static bool IsControlType(Opcode opcode) => opcode >= Opcode.Close;
}
