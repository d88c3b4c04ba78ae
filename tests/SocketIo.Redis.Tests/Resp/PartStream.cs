namespace SocketIo.Redis.Tests.Resp;

/// <summary>Gives what it has in the parts that it was given.</summary>
internal sealed class PartStream(byte[][] parts) : MemoryStream
{
    private readonly Queue<byte[]> _parts = new(parts.Where(part => part.Length > 0));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_parts.TryPeek(out var part))
            return ValueTask.FromResult(0);
        var count = Math.Min(part.Length, buffer.Length);
        part.AsSpan(0, count).CopyTo(buffer.Span);
        _parts.Dequeue();
        if (count < part.Length)
            PutBack(part[count..]);
        return ValueTask.FromResult(count);
    }

    private void PutBack(byte[] rest)
    {
        var others = _parts.ToArray();
        _parts.Clear();
        foreach (var part in (byte[][])[rest, .. others])
            _parts.Enqueue(part);
    }
}
