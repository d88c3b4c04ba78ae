using System.Buffers.Binary;
using System.Text;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Tests.WebSockets;

/// <summary>Makes frames as a client sends them, byte by byte from the RFC and nothing shared with the reader.</summary>
internal static class ClientFrames
{
    public static readonly byte[] Key = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Text(string text, bool final = true) => Make(Opcode.Text, Encoding.UTF8.GetBytes(text), final);

    public static byte[] Make(Opcode opcode, byte[] payload, bool final = true, byte[]? key = null)
    {
        key ??= Key;
        byte[] frame = [.. Header(opcode, payload.Length, final), .. key, .. payload];
        var start = frame.Length - payload.Length;
        for (var i = 0; i < payload.Length; i++)
            frame[start + i] ^= key[i % 4];
        return frame;
    }

    /// <summary>The header without the key; the length in its shortest form.</summary>
    public static byte[] Header(Opcode opcode, long length, bool final = true)
    {
        var first = (byte)((final ? 0x80 : 0) | (byte)opcode);
        if (length < 126)
            return [first, (byte)(0x80 | (byte)length)];

        var size = length <= 0xFFFF ? 2 : 8;
        var wide = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(wide, length);
        return [first, (byte)(size == 2 ? 0xFE : 0xFF), .. wide[^size..]];
    }

    public static byte[] Close(ushort code, byte[] reason) => Make(Opcode.Close, [(byte)(code >> 8), (byte)code, .. reason]);
}
