using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Cluster;

/// <summary>
/// redis-server or nginx. It ends with this process however that ends: a shell waits for the end of its input, which the system closes
/// then, and kills the program.
/// </summary>
internal sealed class Daemon : IAsyncDisposable
{
    private const string Guard =
        "exec 3<&0; \"$@\" </dev/null 3<&- & program=$!; (cat <&3 >/dev/null; kill -9 $program 2>/dev/null) & wait $program; kill $!";

    // where Debian has nginx, which is not in everybody's path
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/sbin"];

    private readonly Process _guard;
    private readonly ConcurrentQueue<string> _output = new();

    private Daemon(Process guard)
    {
        _guard = guard;
        guard.OutputDataReceived += Remember;
        guard.ErrorDataReceived += Remember;
        guard.BeginOutputReadLine();
        guard.BeginErrorReadLine();
    }

    /// <summary>The programs that are not installed; null when all are.</summary>
    public static string? Missing(params string[] programs)
    {
        var missing = string.Join(" and ", programs.Where(static program => Find(program) is null));
        return missing.Length > 0 ? missing : null;
    }

    /// <summary>Starts a program and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended.</exception>
    public static async Task<Daemon> StartAsync(string program, int port, params string[] arguments)
    {
        var daemon = new Daemon(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Guard, "guard", Find(program)!, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        while (!daemon._guard.HasExited)
        {
            if (await IsListeningAsync(port))
                return daemon;
            await Task.Delay(20);
        }
        await daemon.DisposeAsync();
        throw new InvalidOperationException($"{program} ended:{Environment.NewLine}{string.Join(Environment.NewLine, daemon._output)}");
    }

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }

    private static string? Find(string program) =>
        Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static async Task<bool> IsListeningAsync(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Remember(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null)
            _output.Enqueue(line.Data);
    }
}
