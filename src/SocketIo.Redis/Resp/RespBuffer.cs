namespace SocketIo.Redis.Resp;

/// <summary>What has arrived and was not taken yet, in one piece.</summary>
internal sealed class RespBuffer
{
    private const int Initial = 32 * 1024;
    // above this the memory is given back when what needed it was taken
    private const int Kept = 1024 * 1024;

    private byte[] _bytes = new byte[Initial];
    private RespScan _scan;
    private int _start;
    private int _end;

    /// <summary>Waits for more bytes; what was taken before is not valid any more.</summary>
    /// <exception cref="EndOfStreamException">There will be no more.</exception>
    public async ValueTask FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await stream.ReadAsync(_bytes.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        if (read == 0)
            throw new EndOfStreamException("Redis closed the connection.");
        _end += read;
    }

    /// <summary>Takes the next reply, if all of it has arrived; valid until <see cref="FillAsync"/>.</summary>
    public bool TryTake(out ReadOnlySpan<byte> reply)
    {
        var length = _start == _end ? 0 : _scan.Scan(_bytes.AsSpan(_start, _end - _start));
        reply = _bytes.AsSpan(_start, length);
        _start += length;
        return length > 0;
    }

    private void MakeRoom()
    {
        if (_start == _end)
            _start = _end = 0;
        var waiting = _end - _start;
        if (waiting < Initial && _bytes.Length > Kept)
            MoveTo(new byte[Initial]);
        else if (_end == _bytes.Length && _start > _bytes.Length / 2)
            MoveTo(_bytes);
        else if (_end == _bytes.Length)
            MoveTo(new byte[Larger(waiting)]);
    }

    // As much as the reply needs, but never more than twice what has come: its length is only the other end's word.
    private int Larger(int waiting) => (int)Math.Min(Math.Max(Math.Min((long)_scan.Needed, waiting * 2L), waiting + (long)Initial), Array.MaxLength);

    private void MoveTo(byte[] target)
    {
        var waiting = _end - _start;
        _bytes.AsSpan(_start, waiting).CopyTo(target);
        _bytes = target;
        (_start, _end) = (0, waiting);
    }
}
