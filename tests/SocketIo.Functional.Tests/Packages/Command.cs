using System.Diagnostics;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Packages;

/// <summary>Runs the dotnet command to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">Variables besides those of the test.</param>
    /// <param name="arguments">Of dotnet.</param>
    public static async Task<(int ExitCode, string Output)> DotnetAsync(
        string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Process.Start(Prepare(folder, environment, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WithDeadline(Deadline);
            return (process.ExitCode, await output.WithDeadline() + await errors.WithDeadline());
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public static ProcessStartInfo Prepare(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        // no build server outlives the test and keeps its pipes open
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        return start;
    }
}
