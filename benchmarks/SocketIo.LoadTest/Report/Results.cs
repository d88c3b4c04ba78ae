namespace SocketIo.LoadTest.Report;

/// <summary>All that a report tells.</summary>
internal sealed record Results(Machine Machine, Options Options, IReadOnlyList<CaseResult> Cases);
