namespace SocketIo.LoadTest.Report;

/// <summary>The cells of a case's table, the same on the console and in Markdown.</summary>
internal static class Rows
{
    private const double Busy = 0.9;
    private static readonly string[] Paced = ["p50 ms", "most ms", "CPU µs per delivery", "load client"];

    public static IReadOnlyList<string[]> Of(CaseResult result) =>
    [
        Head(result.Case),
        .. result.Peers.Select(peer => peer.IsValid ? Row(result, peer) : [peer.Peer.Title, $"FAILED: {peer.Failure}"]),
    ];

    /// <summary>Three digits that count.</summary>
    public static string Figure(double value) => value switch
    {
        < 10 => $"{value:0.00}",
        < 100 => $"{value:0.0}",
        _ => $"{value:N0}",
    };

    private static string[] Head(Case one)
    {
        string[] cost = ["server", one.Unit, "range", "ratio"];
        return one.Scenario switch
        {
            Scenario.Idle => cost,
            Scenario.Connect => [.. cost, "connects/s", "load client"],
            Scenario.Latency => [.. cost, .. Paced],
            Scenario.Stalled => [.. cost, "p99 ms before", .. Paced, "it was"],
            Scenario.Beside => [.. cost, "p99 ms", "stored/s", "CPU without broadcasts", "load client"],
            Scenario.Return => [.. cost, "MiB before", "MiB at most", "CPU µs per delivery", "load client"],
            Scenario.Echo => [.. cost, "round trips/s", "p50 ms", "p99 ms", "load client"],
            _ => [.. cost, "deliveries/s", "p50 ms", "p99 ms", "load client"],
        };
    }

    private static string[] Row(CaseResult result, PeerResult peer)
    {
        var cost = result.Cost(peer);
        var row = new List<string>
        {
            peer.Peer.Title,
            Figure(cost.Median),
            $"{Figure(cost.Least)} to {Figure(cost.Most)}",
            result.Ratio(peer) is { } ratio ? $"{ratio:0.00}" : "-",
        };
        if (result.Case.Scenario is Scenario.Beside or Scenario.Return)
            return [.. row, .. OfTopics(result.Case, peer), Share(peer.Of(static run => run.LoadShare).Median)];
        if (result.Case.IsPaced)
        {
            if (result.Case.HasStalled)
                row.Add(Range(peer.Of(static run => run.P99BeforeMilliseconds)));
            row.Add($"{peer.Of(static run => run.MedianMilliseconds).Median:0.00}");
            row.Add(Figure(peer.Of(static run => run.MostMilliseconds).Median));
            row.Add(Figure(peer.Of(static run => run.ServerCpu).Median));
        }
        else if (!result.Case.IsMemory)
        {
            row.Add($"{peer.Of(static run => run.PerSecond).Median:N0}");
        }
        if (result.Case is { HasMessages: true, IsPaced: false })
        {
            row.Add($"{peer.Of(static run => run.MedianMilliseconds).Median:0.00}");
            row.Add($"{peer.Of(static run => run.P99Milliseconds).Median:0.00}");
        }
        if (!result.Case.IsMemory)
            row.Add(Share(peer.Of(static run => run.LoadShare).Median));
        if (result.Case.HasStalled)
            row.Add(peer.Runs.TrueForAll(static run => run.KeptStalled) ? "kept" : "given up");
        return [.. row];
    }

    private static string[] OfTopics(Case one, PeerResult peer) => one.Scenario is Scenario.Beside
        ?
        [
            $"{peer.Of(static run => run.P99Milliseconds).Median:0.00}",
            $"{peer.Of(static run => run.StoredPerSecond).Median:N0}",
            $"{peer.Of(static run => run.ShareWithout).Median:P0}",
        ]
        :
        [
            $"{peer.Of(static run => run.BytesBefore).Median / (1 << 20):N0}",
            $"{peer.Of(static run => run.BytesMost).Median / (1 << 20):N0}",
            Figure(peer.Of(static run => run.ServerCpu).Median),
        ];

    private static string Range(Summary summary) => $"{Figure(summary.Median)} ({Figure(summary.Least)} to {Figure(summary.Most)})";

    /// <summary>How busy the load client was, with a mark where it was the limit.</summary>
    private static string Share(double share) => $"{share:P0}{(share > Busy ? " *" : "")}";
}
