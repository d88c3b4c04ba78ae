namespace SocketIo.Engine.Sessions;

/// <summary>A handler that knows more of its session than the engine does: names that users know, and what it waits for.</summary>
internal interface INamedHandler
{
    /// <summary>The names, in brackets behind a space, for log lines; empty as long as there are none.</summary>
    string Who { get; }

    /// <summary>What the client has not done in time when the handler's deadline has passed; the description of its end.</summary>
    string Missed { get; }
}
