using System.Text.Json;

namespace SocketIo.Routing;

/// <summary>What a client has in one namespace: a socket, or the attempt to join.</summary>
internal interface IPlace
{
    /// <summary>The namespace's name as the wire has it.</summary>
    byte[] Utf8Name { get; }

    /// <summary>What the client sent to join.</summary>
    JsonElement Auth { get; }
}
