using System.Diagnostics;
using System.Text.Json;
using SocketIo.LoadTest.Load;

namespace SocketIo.LoadTest.Runs;

/// <summary>The load client as a process of its own, once per run.</summary>
internal static class LoadProcess
{
    public static async Task<RunOutcome> RunAsync(LoadOptions options, bool pin)
    {
        var start = Launch.Prepare([.. Launch.Self(), .. options.ToArguments()], pin ? Launch.LoadCore : null);

        // one thread waits for all sockets and handles what it finds there: no switches between threads (Linux and macOS)
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = "1";

        // compiled for good sooner
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == ExitCodes.Success
            ? new RunOutcome(JsonSerializer.Deserialize<RunResult>(await output), null, ExitCodes.Success)
            : new RunOutcome(null, Short(await errors), process.ExitCode);
    }

    private static string Short(string text) => text.Trim() is { Length: > 500 } all ? all[..500] : text.Trim();
}
