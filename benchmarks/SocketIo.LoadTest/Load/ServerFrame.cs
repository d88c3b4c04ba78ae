using System.Buffers.Binary;

namespace SocketIo.LoadTest.Load;

/// <summary>Reads the heads of a server's WebSocket frames.</summary>
internal static class ServerFrame
{
    public const byte Continuation = 0;
    public const byte Text = 1;
    public const byte Close = 8;
    public const byte Ping = 9;
    public const byte Pong = 10;

    /// <returns>The length of the head; 0 when it is not all there.</returns>
    public static int ReadHead(ReadOnlySpan<byte> bytes, out byte opcode, out bool isLast, out int length)
    {
        opcode = 0;
        isLast = false;
        length = 0;
        if (bytes.Length < 2)
            return 0;
        if ((bytes[0] & 0x70) != 0 || (bytes[1] & 0x80) != 0)
            throw new DeliveryException($"a frame that begins {bytes[0]:x2} {bytes[1]:x2}: masked or with reserved bits");
        opcode = (byte)(bytes[0] & 0x0f);
        isLast = (bytes[0] & 0x80) != 0;
        length = bytes[1];
        var head = length switch { 126 => 4, 127 => 10, _ => 2 };
        if (bytes.Length < head)
            return 0;
        if (length == 126)
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        else if (length == 127)
            length = checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]));
        return head;
    }
}
