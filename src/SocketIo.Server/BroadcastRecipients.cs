using SocketIo.Rooms;

namespace SocketIo;

/// <summary>Whom a broadcast is for, and its flags.</summary>
public readonly struct BroadcastRecipients
{
    private readonly BroadcastTarget _target;

    internal BroadcastRecipients(in BroadcastTarget target) => _target = target;

    /// <summary>The rooms that were selected, in the order of the calls; empty for everybody.</summary>
    public IReadOnlyList<string> Rooms => _target.Rooms.ToArray();

    /// <summary>The rooms that were left out.</summary>
    public IReadOnlyList<string> Except => _target.Except.ToArray();

    /// <summary>Whether only sockets of this server are meant.</summary>
    public bool IsLocal => _target.IsLocal;

    /// <summary>Whether the message is dropped where it can't be sent now.</summary>
    public bool IsVolatile => _target.IsVolatile;

    /// <summary>Whether the message may be compressed.</summary>
    public bool IsCompressible => !_target.IsUncompressed;
}
