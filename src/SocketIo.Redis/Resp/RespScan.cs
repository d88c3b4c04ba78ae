namespace SocketIo.Redis.Resp;

/// <summary>
/// Finds the end of a reply without reading it: a step for each element, whatever its size. Goes on where it stopped when more has
/// arrived, so that a reply in many pieces is not looked through again for each.
/// </summary>
internal struct RespScan
{
    // more than this in one reply would only be there to take up memory
    private const int MaxElements = 1024 * 1024;

    private int _open; // elements that are still to come; 0 between replies
    private int _seen;

    /// <summary>How many bytes of the reply were looked at.</summary>
    public int Position { get; private set; }

    /// <summary>How many bytes the reply has at least.</summary>
    public int Needed { get; private set; }

    /// <summary>Looks for the end of the reply that begins the data.</summary>
    /// <returns>The length of the reply; 0 when it is not complete.</returns>
    /// <exception cref="RespFormatException">That is no RESP, or it is beyond the limits.</exception>
    public int Scan(ReadOnlySpan<byte> data)
    {
        if (Position == 0)
            _open = 1;
        while (_open > 0)
        {
            if (!TryPass(data))
                return 0;
        }

        var length = Position;
        this = default;
        return length;
    }

    private bool TryPass(ReadOnlySpan<byte> data)
    {
        if (!RespHeader.TryRead(data[Position..], out var header))
        {
            Needed = data.Length + 1;
            return false;
        }

        var end = Position + header.Length;
        if (header.TextLength >= 0)
        {
            end = checked(end + header.TextLength + 2);
            Needed = end;
            if (data.Length < end)
                return false;
            if (data[end - 2] != '\r' || data[end - 1] != '\n')
                throw new RespFormatException("text that is longer than its length");
        }

        _seen += header.Elements;
        if (_seen > MaxElements)
            throw new RespFormatException("a reply with too many elements");
        _open += header.Elements - (header.IsAttribute ? 0 : 1);
        Position = end;
        return true;
    }
}
