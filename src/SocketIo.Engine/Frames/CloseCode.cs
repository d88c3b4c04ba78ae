namespace SocketIo.Engine.Frames;

/// <summary>Status codes of RFC 6455 7.4.1 that this server sends or reports.</summary>
internal static class CloseCode
{
    public const ushort Normal = 1000;
    public const ushort GoingAway = 1001;
    public const ushort ProtocolError = 1002;
    public const ushort NoStatus = 1005;
    public const ushort InvalidText = 1007;
    public const ushort TooBig = 1009;
    public const ushort InternalError = 1011;
}
