namespace SocketIo.Engine.WebSockets;

/// <summary>What a decompressing stream reads: one message after the other, each with the end that travels without it.</summary>
internal sealed class CompressedInput : Stream
{
    // RFC 7692 7.2.2: the sender takes these off every message
    private static readonly byte[] Tail = [0x00, 0x00, 0xFF, 0xFF];

    private byte[] _message = [];
    private int _at;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the end of the message was read too.</summary>
    public bool IsRead => _at == _end + Tail.Length;

    /// <summary>The next message; it must not change until it is read.</summary>
    public void Set(byte[] message, int length) => (_message, _at, _end) = (message, 0, length);

    /// <summary>Lets go of the message.</summary>
    public void Clear() => (_message, _at, _end) = ([], Tail.Length, 0);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        // the tail by itself: a stream that ended before it leaves it unread
        var rest = _at < _end ? _message.AsSpan(_at, _end - _at) : Tail.AsSpan(_at - _end);
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        _at += rest.Length;
        return rest.Length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
