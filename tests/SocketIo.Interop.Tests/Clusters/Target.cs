namespace SocketIo.Interop.Tests.Clusters;

/// <summary>Whom something is for.</summary>
internal sealed record Target(string[]? Rooms = null, string[]? Except = null, string Nsp = "/", bool IsVolatile = false, bool IsLocal = false)
{
    public static Target All { get; } = new();

    public static Target To(params string[] rooms) => new(rooms);
}
