using System.Globalization;
using System.Runtime.InteropServices;
using SocketIo.LoadTest.Runs;
using SocketIo.LoadTest.Servers;

namespace SocketIo.LoadTest.Report;

/// <summary>Where the figures come from.</summary>
/// <param name="Cores">How many cores there are.</param>
/// <param name="System">Operating system and architecture.</param>
/// <param name="Runtimes">What the servers run on.</param>
/// <param name="IsPinned">Whether servers and load client had a core each.</param>
/// <param name="LoadAverage">Linux: processes wanting a core over the last minute, before the test began; otherwise null.</param>
/// <param name="Date">The day.</param>
/// <param name="Commit">Which state of the repository was measured; null outside of one.</param>
/// <param name="CommandLine">How to run the same again.</param>
internal sealed record Machine(
    int Cores, string System, string Runtimes, bool IsPinned, double? LoadAverage, string Date, string? Commit, string CommandLine)
{
    public string Text => $"{Hardware}; {Conditions}";

    public string Hardware => $"{Date}; {Processor()}{Cores} cores, {System}, {Runtimes}";

    public string Source => (Commit is null ? "" : $"commit {Commit}: ") + CommandLine;

    public string Conditions =>
        (IsPinned ? "servers on core 0, load client on core 1" : "processes not bound to cores")
        + (LoadAverage is { } load ? $"; load average {load:0.00} before the test" : "");

    public static Machine Describe(bool isPinned, IEnumerable<Peer> peers, string commandLine) => new(
        Environment.ProcessorCount,
        $"{RuntimeInformation.OSDescription.Trim()} {RuntimeInformation.OSArchitecture}",
        string.Join(", ", peers.Select(static peer => RuntimeOf(peer)).Distinct()),
        isPinned,
        File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : null,
        DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Launch.Find("git") is null || Launch.Read("git", "rev-parse", "--short", "HEAD") is not { Length: > 0 } commit
            ? null
            : commit + (Launch.Read("git", "status", "--porcelain").Length > 0 ? " (with changes)" : ""),
        commandLine);

    private static string Processor() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() + ", "
            : "";

    private static string RuntimeOf(Peer peer) =>
        peer.Runtime is { } runtime ? $"{runtime} {Launch.VersionOf(runtime)}" : RuntimeInformation.FrameworkDescription;
}
