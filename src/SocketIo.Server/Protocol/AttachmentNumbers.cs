namespace SocketIo.Protocol;

/// <summary>The numbers of a packet's attachments that placeholders had so far. No memory of its own for the first 64.</summary>
internal struct AttachmentNumbers
{
    private const int Few = 64;

    private ulong _few;
    private HashSet<int>? _others;

    /// <summary>False when it was there already.</summary>
    public bool TryAdd(int number)
    {
        if (number >= Few)
            return (_others ??= []).Add(number);
        var bit = 1UL << number;
        var isNew = (_few & bit) == 0;
        _few |= bit;
        return isNew;
    }
}
