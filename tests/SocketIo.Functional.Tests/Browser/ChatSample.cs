using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Browser;

/// <summary>The chat sample as a process of its own, as a user starts it.</summary>
internal sealed class ChatSample : IAsyncDisposable
{
    private readonly Process _process;

    private ChatSample(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public string Address => $"http://127.0.0.1:{Port}/";

    /// <summary>Starts the sample and waits for the line that names its address.</summary>
    public static async Task<ChatSample> StartAsync(int? port = null)
    {
        var chosen = port ?? FreePort();
        var folder = Path.Combine(Repository.Root, "samples", "Chat");
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(folder, "bin", Repository.Configuration, "net10.0", "Chat.dll"));
        start.ArgumentList.Add("--urls");
        start.ArgumentList.Add($"http://127.0.0.1:{chosen}");
        var process = Process.Start(start)!;
        var sample = new ChatSample(process, chosen);

        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync().WithDeadline();
        }
        while (line is not null && !line.StartsWith("Chat is on", StringComparison.Ordinal));
        if (line is null)
            throw new InvalidOperationException("The sample ended: " + await process.StandardError.ReadToEndAsync().WithDeadline());
        return sample;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WithDeadline();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
