using System.Diagnostics;

namespace SocketIo.LoadTest.Runs;

/// <summary>How processes are started: this program again, or a runtime; on a core of its own where that can be had.</summary>
internal static class Launch
{
    public const int ServerCore = 0;
    public const int LoadCore = 1;

    public static bool CanPin { get; } = OperatingSystem.IsLinux() && Environment.ProcessorCount > 1 && Find("taskset") is not null;

    /// <summary>The command that starts this program.</summary>
    public static IEnumerable<string> Self()
    {
        var executable = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(executable) == "dotnet"
            ? [executable, Path.Combine(AppContext.BaseDirectory, typeof(Launch).Assembly.GetName().Name + ".dll")]
            : [executable];
    }

    public static ProcessStartInfo Prepare(IEnumerable<string> command, int? core)
    {
        string[] words = core is { } number ? ["taskset", "-c", $"{number}", .. command] : [.. command];
        return new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>What an executable says of its version.</summary>
    public static string VersionOf(string name) => Read(name, "--version");

    /// <summary>What an executable prints.</summary>
    public static string Read(string name, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(name)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }

    /// <summary>Where an executable is on the PATH; null when it is not.</summary>
    public static string? Find(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return folders
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, name + ending)))
            .FirstOrDefault(File.Exists);
    }
}
