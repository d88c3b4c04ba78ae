using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SocketIo.LoadTest.Servers;

namespace SocketIo.LoadTest.Runs;

/// <summary>A server under test as a process of its own. It ends when its input does, so it does not outlive the load test.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private ServerProcess(Process process, int port, DirectoryInfo folder)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public int Id => _process.Id;

    /// <summary>Starts a server and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(Peer peer, bool pin)
    {
        var port = FreePort();
        IEnumerable<string> command = peer.Runtime is { } runtime
            ? [Launch.Find(runtime)!, NodePackages.Script, "--port", $"{port}"]
            : [.. Launch.Self(), "serve", peer.Name, "--port", $"{port}"];
        var start = Launch.Prepare(command, pin ? Launch.ServerCore : null);
        start.Environment["NODE_ENV"] = "production";

        // for what it writes
        var folder = Directory.CreateTempSubdirectory("load-test-");
        start.WorkingDirectory = folder.FullName;
        var server = new ServerProcess(Process.Start(start)!, port, folder);
        try
        {
            await server.ListenAsync(peer);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task ListenAsync(Peer peer)
    {
        // read to the end, so that a server that has much to say is not held up by a full pipe
        var output = _process.StandardOutput.ReadToEndAsync();
        var errors = _process.StandardError.ReadToEndAsync();
        var since = Stopwatch.StartNew();
        while (!await IsListeningAsync())
        {
            if (_process.HasExited)
                throw new UsageException($"{peer.Title} did not start: {(await output + await errors).Trim()}");
            if (since.Elapsed > StartDeadline)
                throw new UsageException($"{peer.Title} does not listen after {StartDeadline.TotalSeconds} s.");
            await Task.Delay(50);
        }
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
