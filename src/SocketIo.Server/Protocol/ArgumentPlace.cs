namespace SocketIo.Protocol;

/// <summary>Where an <see cref="ArgumentReader"/> stands, to go on from there over a copy of the packet.</summary>
internal readonly record struct ArgumentPlace(int Position, bool HasMore, int State);
