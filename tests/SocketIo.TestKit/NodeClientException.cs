namespace SocketIo.TestKit;

/// <summary>A Node client refused a command, or its connection failed; the message is the client's own.</summary>
public sealed class NodeClientException(string message) : Exception(message);
