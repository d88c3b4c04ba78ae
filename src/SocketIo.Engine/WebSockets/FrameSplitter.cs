using System.Buffers.Binary;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.WebSockets;

/// <summary>Finds the frames again in what a server writes: whole ones, without masks, in pieces that end anywhere.</summary>
internal sealed class FrameSplitter
{
    private const int MaxHeader = 10;
    private const int MaxControl = 125;

    private readonly byte[] _header = new byte[MaxHeader];
    private readonly byte[] _control = new byte[MaxControl];
    private int _headerLength;
    private int _controlLength;
    private ulong _left;

    private Opcode Opcode => (Opcode)(_header[0] & 0x0F);

    /// <summary>Takes the next part off the bytes: of a message what is there, of a control frame all or nothing yet.</summary>
    public bool TryTake(ref ReadOnlyMemory<byte> bytes, out FramePart part)
    {
        part = default;
        if (!TryReadHeader(ref bytes) || (bytes.IsEmpty && _left > 0))
            return false;
        var payload = bytes[..(int)Math.Min(_left, (ulong)bytes.Length)];
        bytes = bytes[payload.Length..];
        _left -= (ulong)payload.Length;
        if (Opcode is not (Opcode.Text or Opcode.Binary))
        {
            payload.CopyTo(_control.AsMemory(_controlLength));
            _controlLength += payload.Length;
            if (_left > 0)
                return false;
            payload = _control.AsMemory(0, _controlLength);
        }
        part = new FramePart(Opcode, payload, _left == 0);
        if (_left == 0)
            _headerLength = _controlLength = 0;
        return true;
    }

    private bool TryReadHeader(ref ReadOnlyMemory<byte> bytes)
    {
        while (!IsHeaderWhole)
        {
            if (bytes.IsEmpty)
                return false;
            _header[_headerLength++] = bytes.Span[0];
            bytes = bytes[1..];
            if (IsHeaderWhole)
                _left = ReadLength();
        }
        return true;
    }

    // RFC 6455 5.2
    private bool IsHeaderWhole => _headerLength >= 2 && _headerLength == _header[1] switch { 126 => 4, 127 => MaxHeader, _ => 2 };

    private ulong ReadLength() => _header[1] switch
    {
        126 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
        127 => BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(2)),
        var length => length,
    };
}
