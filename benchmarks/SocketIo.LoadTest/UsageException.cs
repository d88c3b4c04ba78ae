namespace SocketIo.LoadTest;

/// <summary>The command line, or what is installed, does not allow the run. The message is for the person who started it.</summary>
internal sealed class UsageException(string message) : Exception(message);
