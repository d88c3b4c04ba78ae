namespace SocketIo.Engine.Sessions;

/// <summary>A handler that knows its session by other names than the engine, which users know.</summary>
internal interface INamedHandler
{
    /// <summary>The names, in brackets behind a space, for log lines; empty as long as there are none.</summary>
    string Who { get; }
}
