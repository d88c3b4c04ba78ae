namespace SocketIo.Protocol;

/// <summary>What came of adding an attachment to a binary packet.</summary>
internal enum AttachmentStatus
{
    Incomplete,
    Complete,
    TooLarge,
}
