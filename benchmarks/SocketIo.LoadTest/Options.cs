using SocketIo.LoadTest.Servers;

namespace SocketIo.LoadTest;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public required IReadOnlyList<Peer> Peers { get; init; }

    public required IReadOnlyList<Case> Cases { get; init; }

    public required int PayloadBytes { get; init; }

    public required int Repetitions { get; init; }

    public required TimeSpan Measured { get; init; }

    public required TimeSpan Warmup { get; init; }

    /// <summary>The warm-up of the run that does not count: .NET compiles what is hot for good only after seconds under load.</summary>
    public required TimeSpan FirstWarmup { get; init; }

    public required bool Pin { get; init; }

    public string? OutputFolder { get; init; }

    /// <summary>How to run the same again.</summary>
    public required string CommandLine { get; init; }

    public static Options Parse(Arguments arguments)
    {
        var isQuick = arguments.Flag("quick");
        var options = new Options
        {
            Peers = Select(Peer.All, arguments.List("servers"), "server", static peer => [peer.Name]),
            Cases = Select(Case.All(arguments.Numbers("n"), isQuick), arguments.List("scenarios"), "scenario", static one => [one.Name, one.Kind]),
            PayloadBytes = arguments.Number("size", least: 8) ?? 64,
            Repetitions = arguments.Number("reps") ?? (isQuick ? 2 : 3),
            Measured = arguments.Seconds("secs") ?? TimeSpan.FromSeconds(isQuick ? 0.4 : 1.5),
            Warmup = arguments.Seconds("warm") ?? TimeSpan.FromSeconds(isQuick ? 0.2 : 0.5),
            FirstWarmup = arguments.Seconds("first-warm") ?? TimeSpan.FromSeconds(isQuick ? 1 : 8),
            Pin = !arguments.Flag("no-pin"),
            OutputFolder = arguments.Text("out"),
            CommandLine = "dotnet run -c Release --project benchmarks/SocketIo.LoadTest -- " + arguments,
        };
        arguments.ThrowIfUnknown();
        return options;
    }

    private static T[] Select<T>(IReadOnlyList<T> all, string[]? wanted, string what, Func<T, string[]> names)
    {
        if (wanted is null)
            return [.. all];
        if (wanted.FirstOrDefault(word => !all.Any(item => names(item).Contains(word))) is { } unknown)
            throw new UsageException($"There is no {what} \"{unknown}\"; there are {string.Join(", ", all.SelectMany(names).Distinct())}.");
        return [.. all.Where(item => names(item).Any(wanted.Contains))];
    }
}
