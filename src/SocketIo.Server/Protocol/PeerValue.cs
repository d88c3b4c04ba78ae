using System.Text.Json.Serialization;
using SocketIo.Cluster;

namespace SocketIo.Protocol;

/// <summary>
/// An argument on its way between servers: JSON that is written as it came, with the binary data in its places, whatever the parser. Read
/// from a client's packet it keeps the binary data that the packet had.
/// </summary>
[JsonConverter(typeof(PeerValueConverter))]
internal readonly record struct PeerValue(PacketData Data);
