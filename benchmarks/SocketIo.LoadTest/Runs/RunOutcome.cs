using SocketIo.LoadTest.Load;

namespace SocketIo.LoadTest.Runs;

/// <summary>A result, or why there is none.</summary>
internal sealed record RunOutcome(RunResult? Result, string? Failure, int ExitCode);
