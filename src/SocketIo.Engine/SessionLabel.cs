namespace SocketIo.Engine;

/// <summary>
/// What logs call a session: the first characters of its id, at most eight and at most half of it, since whoever knows all of it can
/// speak for the client. Made into text only where a line is written.
/// </summary>
internal readonly struct SessionLabel(string id)
{
    private const int MaxLength = 8;

    public override string ToString() => id[..Math.Min(MaxLength, id.Length / 2)];
}
