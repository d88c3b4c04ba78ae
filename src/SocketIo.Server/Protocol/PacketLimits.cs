namespace SocketIo.Protocol;

/// <summary>What a packet of a client may have; a packet with more closes the connection that it came from.</summary>
/// <param name="maxAttachments">The most binary messages of one packet.</param>
/// <param name="maxArguments">The most arguments of an event or an acknowledgement.</param>
public readonly struct PacketLimits(int maxAttachments, int maxArguments)
{
    /// <summary>The most binary messages of one packet (<see cref="SocketIoOptions.MaxAttachments"/>).</summary>
    public int MaxAttachments { get; } = maxAttachments;

    /// <summary>
    /// The most arguments of an event, its name not counted, or of an acknowledgement (<see cref="SocketIoOptions.MaxArguments"/>).
    /// </summary>
    public int MaxArguments { get; } = maxArguments;

    /// <summary>For the error of <see cref="PacketParser.TryReadHeader"/>: that there are too many arguments, and how many are allowed.</summary>
    public string TooManyArguments => $"more than {MaxArguments} arguments ({nameof(SocketIoOptions.MaxArguments)})";

    /// <summary>For the error of <see cref="PacketParser.TryReadHeader"/>: that there are too many attachments, and how many are allowed.</summary>
    public string TooManyAttachments => $"more than {MaxAttachments} attachments ({nameof(SocketIoOptions.MaxAttachments)})";
}
