using System.IO.Compression;
using System.Text;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Tests.WebSockets;

/// <summary>Compresses as a client does that keeps its context: a message may refer to those before it.</summary>
internal sealed class DeflatedClient : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly DeflateStream _stream;

    public DeflatedClient() => _stream = new DeflateStream(_bytes, CompressionLevel.Optimal);

    /// <summary>One message, without a context.</summary>
    public static byte[] Alone(byte[] message)
    {
        using var client = new DeflatedClient();
        return client.Deflate(message);
    }

    /// <summary>A message without the tail that does not travel (RFC 7692 7.2.1).</summary>
    public byte[] Deflate(byte[] message)
    {
        _bytes.SetLength(0);
        _stream.Write(message);
        _stream.Flush();
        return _bytes.ToArray()[..^4];
    }

    public byte[] Text(string text) => Frame(Opcode.Text, Deflate(Encoding.UTF8.GetBytes(text)));

    /// <summary>A masked frame that begins a compressed message.</summary>
    public static byte[] Frame(Opcode opcode, byte[] deflated, bool final = true)
    {
        var frame = ClientFrames.Make(opcode, deflated, final);
        frame[0] |= 0x40;
        return frame;
    }

    public void Dispose() => _stream.Dispose();
}
