using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Polling;

/// <summary>
/// The bodies of long-polling (Engine.IO v3), in two forms. Text: the number of UTF-16 units, a colon, the packet. Binary: 0 for a
/// text packet or 1 for a binary one, the number of bytes as a byte per digit, 255, the packet. The first byte tells them apart.
/// </summary>
internal static class PayloadCodecV3
{
    private const byte TextMark = 0;
    private const byte BinaryMark = 1;
    private const byte LengthEnd = 255;

    // int.MaxValue has ten
    private const int MaxDigits = 10;

    /// <summary>Whether a payload is of the binary form: the text form begins with a digit.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> payload) => payload is [TextMark or BinaryMark, ..];

    /// <summary>Takes the next packet off <paramref name="body"/>, a binary one with its type byte. Empty packets are left out.</summary>
    public static PayloadReadStatus TryRead(ref Span<byte> body, out Span<byte> packet)
    {
        packet = default;
        while (packet.IsEmpty && !body.IsEmpty)
        {
            var isBinary = body[0] is BinaryMark;
            if (!(IsBinary(body) ? TryTakeBytes(ref body, out packet) : TryTakeUnits(ref body, out packet)))
                return Malformed(ref body, out packet);
            if (isBinary && !packet.IsEmpty)
                return PayloadReadStatus.Binary;
        }
        if (packet.IsEmpty)
            return PayloadReadStatus.End;
        return IsText(packet) ? PayloadReadStatus.Text : Malformed(ref body, out packet);
    }

    /// <summary>At least the bytes that <see cref="Write"/> makes of the frame.</summary>
    public static int MaxEncodedSize(Frame frame)
    {
        var size = 0;
        for (var rest = frame.Span; !rest.IsEmpty;)
            size += MaxDigits + 2 + FrameWriter.Next(ref rest, out _).Length;
        return size;
    }

    /// <summary>Writes the packets of a frame; frames that are no packets are left out.</summary>
    public static void Write(Frame frame, IBufferWriter<byte> output, bool isBinary)
    {
        for (var rest = frame.Span; !rest.IsEmpty;)
        {
            var packet = FrameWriter.Next(ref rest, out var opcode);
            if (opcode is not (Opcode.Text or Opcode.Binary))
                continue;
            if (isBinary)
                WriteBytes(packet, opcode, output);
            else
                WriteText(packet, output);
        }
    }

    public static void WriteText(ReadOnlySpan<byte> packet, IBufferWriter<byte> output)
    {
        WriteDigits(Encoding.UTF8.GetCharCount(packet), output);
        output.Write(":"u8);
        output.Write(packet);
    }

    private static void WriteBytes(ReadOnlySpan<byte> packet, Opcode opcode, IBufferWriter<byte> output)
    {
        output.Write([opcode is Opcode.Binary ? BinaryMark : TextMark]);
        foreach (ref var digit in WriteDigits(packet.Length, output))
            digit -= (byte)'0';
        output.Write([LengthEnd]);
        output.Write(packet);
    }

    private static Span<byte> WriteDigits(int number, IBufferWriter<byte> output)
    {
        var digits = output.GetSpan(MaxDigits);
        number.TryFormat(digits, out var count, provider: CultureInfo.InvariantCulture);
        output.Advance(count);
        return digits[..count];
    }

    private static bool IsText(ReadOnlySpan<byte> packet) => packet[0] is (>= (byte)'0' and <= (byte)'6') or (byte)'b' && Utf8.IsValid(packet);

    private static PayloadReadStatus Malformed(ref Span<byte> body, out Span<byte> packet)
    {
        body = default;
        packet = default;
        return PayloadReadStatus.Malformed;
    }

    private static bool TryTakeBytes(ref Span<byte> body, out Span<byte> packet)
    {
        packet = default;
        body = body[1..];
        if (!TryTakeLength(ref body, LengthEnd, zero: 0, out var length) || length > body.Length)
            return false;
        packet = body[..(int)length];
        body = body[(int)length..];
        return true;
    }

    private static bool TryTakeUnits(ref Span<byte> body, out Span<byte> packet)
    {
        packet = default;
        if (!TryTakeLength(ref body, (byte)':', (byte)'0', out var units) || !TryMeasure(body, units, out var length))
            return false;
        packet = body[..length];
        body = body[length..];
        return true;
    }

    private static bool TryTakeLength(ref Span<byte> body, byte end, byte zero, out long length)
    {
        length = 0;
        var count = body.IndexOf(end);
        if (count is < 1 or > MaxDigits)
            return false;
        foreach (var digit in body[..count])
        {
            if ((byte)(digit - zero) > 9)
                return false;
            length = (length * 10) + (digit - zero);
        }
        body = body[(count + 1)..];
        return true;
    }

    /// <summary>The bytes of so many UTF-16 units, of which a four-byte sequence has two; false when they do not end there.</summary>
    private static bool TryMeasure(ReadOnlySpan<byte> utf8, long units, out int length)
    {
        length = 0;
        while (units > 0)
        {
            if (Rune.DecodeFromUtf8(utf8[length..], out var rune, out var size) != OperationStatus.Done)
                return false;
            length += size;
            units -= rune.Utf16SequenceLength;
        }
        return units == 0;
    }
}
