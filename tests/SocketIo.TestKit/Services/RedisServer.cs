using System.Diagnostics;
using System.Globalization;

namespace SocketIo.TestKit;

/// <summary>
/// A redis-server of a test's own, on a free port of the loopback address, with its data in a temporary folder. It can hang, die,
/// start late and start again on its port.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string[] _settings;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("socketio-redis-");
    private Daemon? _daemon;

    private RedisServer(int port, string[] settings) => (Port, _settings) = (port, settings);

    public int Port { get; }

    /// <summary>Where it listens, as connection strings have it: 127.0.0.1:41234.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    public int Pid => Daemon.Pid;

    private Daemon Daemon => _daemon ?? throw new InvalidOperationException("The Redis server was not started.");

    /// <summary>Chooses the port; the server is not running yet.</summary>
    /// <param name="settings">Lines of redis.conf besides the usual ones.</param>
    public static RedisServer Prepare(params string[] settings) => new(FreePorts.Take(1)[0], settings);

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Lines of redis.conf besides the usual ones.</param>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        while (true)
        {
            var server = Prepare(settings);
            if (await server.TryStartAsync())
                return server;
            await server.DisposeAsync();
        }
    }

    /// <summary>Starts the server that was prepared or has ended, on its port and with the data that it had saved.</summary>
    public async Task StartAsync()
    {
        if (!await TryStartAsync())
            throw new InvalidOperationException($"The port {Port} was taken by another program meanwhile.");
    }

    /// <summary>Lets the server hang; its connections stay open.</summary>
    public void Suspend() => Daemon.Suspend();

    /// <summary>Ends <see cref="Suspend"/>.</summary>
    public void Resume() => Daemon.Resume();

    /// <summary>Kills the server; what it had in memory is gone unless appendonly is on.</summary>
    public Task KillAsync() => Daemon.KillAsync();

    /// <summary>Kills the server and starts it again on its port.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    /// <summary>Runs a command and returns what redis-cli prints.</summary>
    public Task<string> RunAsync(params string[] command) => RunAsync(Port, command);

    /// <summary>Runs a command of a server on another port.</summary>
    internal static async Task<string> RunAsync(int port, params string[] command)
    {
        string[] arguments = ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), .. command];
        using var client = Process.Start(new ProcessStartInfo("redis-cli", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = await client.StandardOutput.ReadToEndAsync().WithDeadline();
        var error = await client.StandardError.ReadToEndAsync().WithDeadline();
        await client.WaitForExitAsync().WithDeadline();
        return client.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException(output + error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> TryStartAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
        var file = Path.Combine(_folder.FullName, "redis.conf");
        await File.WriteAllLinesAsync(file, Configuration());
        _daemon = await Daemon.StartAsync("redis-server", [file]);
        await Deadlines.Eventually(() => !_daemon.IsRunning || IsReady());
        if (_daemon.IsRunning)
            return true;
        return _daemon.Output.Contains("Address already in use", StringComparison.Ordinal)
            ? false
            : throw new InvalidOperationException($"redis-server ended: {_daemon.Output}");
    }

    private string[] Configuration() =>
    [
        "bind 127.0.0.1",
        $"port {Port.ToString(CultureInfo.InvariantCulture)}",
        $"dir {_folder.FullName}",
        "save \"\"",
        "daemonize no",
        .. _settings,
    ];

    private bool IsReady() => Daemon.Output.Contains("Ready to accept connections", StringComparison.Ordinal);
}
