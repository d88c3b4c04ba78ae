using System.IO.Compression;

namespace SocketIo.Engine.Frames;

/// <summary>
/// Makes frames as a connection with permessage-deflate takes them (RFC 7692 7.2.1). Each message is deflated by itself, so what
/// comes out is the same for all connections.
/// </summary>
/// <param name="threshold">Shorter messages are left as they are.</param>
/// <param name="longest">Longer frames too: a reference could reach further back than the client's window.</param>
internal sealed class FrameDeflater(int threshold, int longest)
{
    // what a flush ends with, and the receiver adds by itself
    private const int TailSize = 4;

    /// <summary>The frame as it is sent: itself where deflating it is not wanted or does not pay.</summary>
    public Frame Adapt(Frame frame)
    {
        if (frame.Length < threshold || frame.Length > longest)
            return frame;
        return frame switch
        {
            UncompressedFrame => frame,
            SharedFrame shared => shared.Deflated(threshold),
            _ => Deflate(frame, threshold),
        };
    }

    /// <summary>Deflates those messages of a frame that have the size and become smaller; the frame itself when none does.</summary>
    public static Frame Deflate(Frame frame, int threshold)
    {
        using var result = new MemoryStream(frame.Length);
        using var scratch = new MemoryStream();
        for (var rest = frame.Span; !rest.IsEmpty;)
        {
            var whole = rest;
            var payload = FrameWriter.Next(ref rest, out var opcode);
            var isMessage = opcode is Opcode.Text or Opcode.Binary;
            if (isMessage && payload.Length >= threshold && TryDeflate(payload, scratch))
                WriteDeflated(result, opcode, scratch);
            else
                result.Write(whole[..^rest.Length]);
        }
        return result.Length < frame.Length ? new Frame(result.ToArray()) : frame;
    }

    private static bool TryDeflate(ReadOnlySpan<byte> payload, MemoryStream scratch)
    {
        scratch.SetLength(0);
        int size;
        using (var deflater = new DeflateStream(scratch, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(payload);
            deflater.Flush();
            size = (int)scratch.Length - TailSize;
        }

        // without the tail, and without the last block that the end of the stream has added
        scratch.SetLength(Math.Max(size, 0));
        return size > 0 && size < payload.Length;
    }

    private static void WriteDeflated(MemoryStream result, Opcode opcode, MemoryStream deflated)
    {
        Span<byte> header = stackalloc byte[FrameWriter.MaxHeaderSize];
        var length = (int)deflated.Length;
        result.Write(header[..FrameWriter.WriteCompressedHeader(header, opcode, length)]);
        result.Write(deflated.GetBuffer().AsSpan(0, length));
    }
}
