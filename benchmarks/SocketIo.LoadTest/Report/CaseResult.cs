using SocketIo.LoadTest.Load;
using SocketIo.LoadTest.Servers;

namespace SocketIo.LoadTest.Report;

/// <summary>What one case gave, for every server.</summary>
internal sealed record CaseResult(Case Case, IReadOnlyList<PeerResult> Peers)
{
    /// <summary>The figure that counts: CPU per operation, memory per connection, or latency.</summary>
    public Summary Cost(PeerResult peer) => peer.Of(Figure);

    /// <summary>How many times this server's cost; null when either is missing, or too small for the clock.</summary>
    public double? Ratio(PeerResult peer)
    {
        var own = Peers.FirstOrDefault(static result => result.Peer == Peer.Own);
        return own is { IsValid: true } && peer.IsValid && Cost(own).Median > 0 ? Cost(peer).Median / Cost(own).Median : null;
    }

    private double Figure(RunResult run) => Case.Scenario switch
    {
        Scenario.Idle => run.BytesPerConnection,
        Scenario.Return => run.Seconds,
        _ => Case.IsPaced ? run.P99Milliseconds : run.ServerCpu,
    };
}
