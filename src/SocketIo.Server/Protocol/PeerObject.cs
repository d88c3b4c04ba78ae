using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <summary>An object whose members were written before, one by one.</summary>
[JsonConverter(typeof(PeerObjectConverter))]
internal sealed record PeerObject(IReadOnlyList<(string Name, PeerValue Value)> Members);
