using Microsoft.Extensions.Logging;

namespace SocketIo.Engine;

/// <summary>A kind of log line that a client can cause as often as it likes.</summary>
/// <param name="Name">What the lines are about.</param>
/// <param name="Level">Their level.</param>
internal sealed record LineKind(string Name, LogLevel Level);
