using System.Buffers;
using System.IO.Compression;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.WebSockets;

/// <summary>
/// The extension of RFC 7692 on one connection; there is none where it was not agreed on. Inflating belongs to the receive loop.
/// </summary>
/// <param name="deflater">What deflates the messages to the client.</param>
/// <param name="keepsContext">Whether the client's messages may refer to those before them.</param>
internal sealed class PerMessageDeflate(FrameDeflater deflater, bool keepsContext)
{
    // Rented first; grows as the message does.
    private const int FirstRent = 4096;

    // From the first compressed message on; with a context as long as the connection.
    private CompressedInput? _input;
    private DeflateStream? _inflater;

    public FrameDeflater Deflater => deflater;

    public bool KeepsContext => keepsContext;

    /// <summary>Inflates a whole message into a rented array; nothing is rented for more than the limit.</summary>
    public InflateStatus Inflate(byte[] message, int length, int limit, out byte[] inflated, out int count)
    {
        inflated = ArrayPool<byte>.Shared.Rent((int)Math.Min(FirstRent, limit + 1L));
        var status = InflateStatus.Malformed;
        count = 0;
        try
        {
            // RFC 7692 7.2.3.6: an empty message has a byte, too
            if (length > 0)
                status = Read(message, length, limit, ref inflated, out count);
        }
        catch (InvalidDataException)
        {
            // from the stream, for bytes that are not DEFLATE's
        }
        if (status is not InflateStatus.Done)
        {
            ArrayPool<byte>.Shared.Return(inflated);
            inflated = [];
            Drop();
        }
        return status;
    }

    /// <summary>Gives the context's memory back.</summary>
    public void Drop()
    {
        _inflater?.Dispose();
        _inflater = null;
        _input = null;
    }

    private InflateStatus Read(byte[] message, int length, int limit, ref byte[] inflated, out int count)
    {
        _input ??= new CompressedInput();
        _inflater ??= new DeflateStream(_input, CompressionMode.Decompress);
        _input.Set(message, length);
        count = 0;
        while (_inflater.Read(inflated, count, inflated.Length - count) is var read and > 0)
        {
            count += read;
            if (count > limit)
                return InflateStatus.TooBig;
            if (count == inflated.Length)
                inflated = Grow(inflated, limit);
        }

        // RFC 7692 7.2.3.4: a client may end its stream; the next message begins another
        var hasEnded = !_input.IsRead;
        _input.Clear();
        if (hasEnded || !keepsContext)
            Drop();
        return InflateStatus.Done;
    }

    // one byte over the limit tells a message that is too big
    private static byte[] Grow(byte[] full, int limit)
    {
        var grown = ArrayPool<byte>.Shared.Rent((int)Math.Min(full.Length * 2L, Math.Max(limit + 1L, full.Length + 1L)));
        full.CopyTo(grown, 0);
        ArrayPool<byte>.Shared.Return(full);
        return grown;
    }
}
