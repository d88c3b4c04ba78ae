using System.Diagnostics;
using System.Globalization;

namespace SocketIo.TestKit;

/// <summary>
/// A PostgreSQL server of a test's own, on a free port of the loopback address, with its data in a temporary folder. It can hang, die,
/// and start again on its port. It refuses to run as root, and then runs as the user "postgres" that its package has made.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("socketio-postgres-");
    private readonly string[] _settings;
    private Daemon? _daemon;

    private PostgresServer(int port, string[] settings) => (Port, _settings) = (port, settings);

    public int Port { get; }

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=test;Database=postgres;Timeout=5";

    /// <summary>The same for programs in JavaScript.</summary>
    public string Url => $"postgres://test@127.0.0.1:{Port}/postgres";

    private static string Programs { get; } = FindPrograms();

    private string Data => Path.Combine(_folder.FullName, "data");

    private Daemon Daemon => _daemon ?? throw new InvalidOperationException("The PostgreSQL server was not started.");

    /// <summary>Makes a database cluster and starts the server.</summary>
    /// <param name="settings">Settings besides the usual ones: "name=value".</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var server = new PostgresServer(FreePorts.Take(1)[0], settings);
        try
        {
            await server.InitialiseAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server that has ended, on its port and with its data.</summary>
    public async Task StartAsync()
    {
        string[] arguments =
        [
            "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            .. _settings.SelectMany(static setting => new[] { "-c", setting }),
        ];
        var until = DateTime.UtcNow + Deadlines.Default;
        while (true)
        {
            if (_daemon is not null)
                await _daemon.DisposeAsync();
            _daemon = await Daemon.StartAsync(AsOther("postgres", arguments)[0], AsOther("postgres", arguments)[1..], "/");
            await Deadlines.Eventually(() => !_daemon.IsRunning || _daemon.Output.Contains("ready to accept connections", StringComparison.Ordinal));
            if (_daemon.IsRunning)
                return;

            // the processes of a server that was killed need a moment to notice
            if (DateTime.UtcNow > until)
                throw new InvalidOperationException($"postgres ended: {_daemon.Output}");
            await Task.Delay(50);
        }
    }

    /// <summary>Lets the server hang; its connections stay open.</summary>
    public void Suspend()
    {
        // first the one that makes the others
        Daemon.Suspend();
        Signal("STOP");
        ProcessState.WaitUntilStopped(Processes());
    }

    /// <summary>Ends <see cref="Suspend"/>.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Kills the server and all its processes; what it has committed must be there when it is started again.</summary>
    public async Task KillAsync()
    {
        Signal("KILL");
        await Daemon.KillAsync();
    }

    /// <summary>Asks the server to end at once: it breaks its connections.</summary>
    public async Task StopAsync()
    {
        await RunAsync("pg_ctl", "stop", "-m", "fast", "-w", "-D", Data);
        await Deadlines.Eventually(() => !Daemon.IsRunning);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is { IsRunning: true })
            await StopAsync();
        if (_daemon is not null)
            await _daemon.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var newest = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).MaxBy(static one => double.Parse(Path.GetFileName(one), CultureInfo.InvariantCulture)) : null;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append($"{newest}/bin");
        return folders.FirstOrDefault(static one => File.Exists(Path.Combine(one, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL was not found; tests/run installs what the tests need.");
    }

    private static string[] AsOther(string program, params string[] arguments)
    {
        string[] command = [Path.Combine(Programs, program), .. arguments];
        return Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command] : command;
    }

    private async Task InitialiseAsync()
    {
        if (Environment.UserName == "root")
            await RunAsync(["chown", "postgres:postgres", _folder.FullName]);
        await RunAsync("initdb", "--pgdata", Data, "--auth=trust", "--username=test", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync");
    }

    private static Task RunAsync(string program, params string[] arguments) => RunAsync(AsOther(program, arguments));

    private static async Task RunAsync(string[] command)
    {
        // pg_ctl leaves nothing behind that would keep the output open
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WithDeadline(TimeSpan.FromMinutes(1));
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: {await output}{await error}");
    }

    private void Signal(string signal)
    {
        using var process = Process.Start("kill", ["-" + signal, .. Processes().Select(static one => one.ToString(CultureInfo.InvariantCulture))]);
        process.WaitForExit();
    }

    /// <summary>The server and its children, one for each connection.</summary>
    private List<int> Processes()
    {
        var all = new List<int> { Daemon.Pid };
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && ParentOf(pid) == Daemon.Pid)
                all.Add(pid);
        }
        return all;
    }

    // pid (name) state parent ...
    private static int ParentOf(int pid)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
