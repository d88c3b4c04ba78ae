namespace SocketIo.Topics;

/// <summary>A server's last sign of life.</summary>
/// <param name="Owner">The server.</param>
/// <param name="Beat">Its last number.</param>
public readonly record struct OwnerBeat(string Owner, long Beat);
