using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Browser;

/// <summary>A sample as a process of its own, as a user starts it.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SampleProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public int Pid => _process.Id;

    public string Address => $"http://127.0.0.1:{Port}/";

    /// <summary>Starts the sample and waits for the line that names its address.</summary>
    /// <param name="name">The sample's folder.</param>
    /// <param name="port">A port to listen on again; null takes a free one.</param>
    /// <param name="arguments">More of its arguments.</param>
    public static async Task<SampleProcess> StartAsync(string name, int? port = null, params string[] arguments)
    {
        var chosen = port ?? FreePort();
        var folder = Path.Combine(Repository.Root, "samples", name);
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(folder, "bin", Repository.Configuration, "net10.0", name + ".dll"));
        start.ArgumentList.Add("--urls");
        start.ArgumentList.Add($"http://127.0.0.1:{chosen}");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var sample = new SampleProcess(process, chosen);

        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync().WithDeadline(TimeSpan.FromMinutes(1));
        }
        while (line is not null && !line.StartsWith(name + " is on", StringComparison.Ordinal));
        if (line is null)
            throw new InvalidOperationException("The sample ended: " + await process.StandardError.ReadToEndAsync().WithDeadline());
        return sample;
    }

    /// <summary>Kills it without a word.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WithDeadline();
    }

    /// <summary>Asks it to end, and waits until it has: as Ctrl+C, which programs in the background do not get.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
            return;
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WithDeadline();
        await _process.WaitForExitAsync().WithDeadline();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
