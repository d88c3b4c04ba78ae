namespace SocketIo.Cluster.Sessions;

/// <summary>What the other end holds forbids to use it with these options; trying again does not help.</summary>
internal sealed class BackplaneRefusedException(string message) : InvalidOperationException(message);
