namespace SocketIo.LoadTest.Load;

/// <summary>What one run of the load client does. The load test writes the command line and the load client reads it.</summary>
internal sealed record LoadOptions(
    string Dialect, int Port, int ServerProcess, Case Case, int PayloadBytes, TimeSpan Warmup, TimeSpan Measured)
{
    /// <summary>Connections that come before the memory is measured.</summary>
    public const int FirstConnections = 100;

    /// <summary>How long a server may be busy with what its connections left, before its memory is read.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    public static LoadOptions Parse(Arguments arguments)
    {
        var scenario = Enum.Parse<Scenario>(arguments.Text("scenario") ?? "", ignoreCase: true);
        var options = new LoadOptions(
            arguments.Text("dialect") ?? "",
            arguments.Number("port") ?? 0,
            arguments.Number("server") ?? 0,
            new Case(scenario, arguments.Number("n") ?? 1, arguments.Number("in-flight", least: 0) ?? 1, arguments.Number("room-size") ?? 10),
            arguments.Number("size") ?? 64,
            arguments.Seconds("warm") ?? default,
            arguments.Seconds("secs") ?? default);
        arguments.ThrowIfUnknown();
        return options;
    }

    public IEnumerable<string> ToArguments() =>
    [
        "load", "--dialect", Dialect, "--port", $"{Port}", "--server", $"{ServerProcess}", "--scenario", Case.Kind, "--n", $"{Case.Clients}",
        "--in-flight", $"{Case.InFlight}", "--room-size", $"{Case.RoomSize}", "--size", $"{PayloadBytes}", "--warm", $"{Warmup.TotalSeconds}", "--secs", $"{Measured.TotalSeconds}",
    ];
}
