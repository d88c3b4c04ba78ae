namespace SocketIo.Cluster.Formats;

/// <summary>What only messages of the adapter for Redis pub/sub have.</summary>
/// <param name="Type">Its own number; below zero when there is none.</param>
/// <param name="HasSockets">Whether sockets are described.</param>
/// <param name="SocketId">In old forms the one socket that is meant.</param>
/// <param name="Room">In old forms the room to join or leave.</param>
/// <param name="Inner">A message that the format has no form for: only .NET nodes send it.</param>
internal readonly record struct ClassicParts(int Type, bool HasSockets, string? SocketId, string? Room, PacketData Inner);
