namespace SocketIo.Benchmarks;

/// <summary>An object as a game would send it.</summary>
internal sealed record Move(int X, double Y, string Name);
