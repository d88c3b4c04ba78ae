using SocketIo.LoadTest.Load;
using SocketIo.LoadTest.Servers;

namespace SocketIo.LoadTest.Report;

/// <summary>The counted runs of one server in one case.</summary>
internal sealed class PeerResult(Peer peer)
{
    public Peer Peer => peer;

    public List<RunResult> Runs { get; } = [];

    /// <summary>Why it was given up; null when it was not.</summary>
    public string? Failure { get; set; }

    public bool IsValid => Failure is null && Runs.Count > 0;

    public Summary Of(Func<RunResult, double> figure) => new([.. Runs.Select(figure)]);
}
