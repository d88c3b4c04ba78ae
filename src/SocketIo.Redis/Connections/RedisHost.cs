using Microsoft.Extensions.Logging;

namespace SocketIo.Redis.Connections;

/// <summary>What the process gives to a backplane.</summary>
/// <param name="Logger">For the log.</param>
/// <param name="Time">The clock.</param>
/// <param name="Receives">False for a process that only emits.</param>
internal readonly record struct RedisHost(ILogger Logger, TimeProvider Time, bool Receives = true);
