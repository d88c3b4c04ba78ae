using System.Diagnostics;

namespace Cluster;

/// <summary>A node's place: its process is started again some time after it has ended.</summary>
internal sealed class NodeProcess(string name, int port, string redis, TimeSpan pause)
{
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Process? _process;
    private volatile TaskCompletionSource _startNow = new();
    private long _startsAt;

    public string Name => name;

    public string State { get; private set; } = "starting";

    /// <summary>While it is down.</summary>
    public long StartsInMs => State == "down" ? Math.Max(0, Volatile.Read(ref _startsAt) - Environment.TickCount64) : 0;

    /// <summary>Completes when it is up for the first time.</summary>
    public Task WhenUp => _up.Task;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using (var process = _process = Process.Start(Describe())!)
            {
                State = "starting";
                // it stops when this end of its input is closed
                await using var closing = stop.Register(process.StandardInput.Close);
                while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
                    Read(line, stop);
                await process.WaitForExitAsync(CancellationToken.None);
                _process = null;
            }
            await RestAsync(stop);
        }
    }

    /// <summary>Kills the process without a word; completes when it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        process.Kill();
        while (_process == process)
            await Task.Delay(10);
    }

    public async Task StartNowAsync()
    {
        _startNow.TrySetResult();
        while (State == "down")
            await Task.Delay(10);
    }

    private void Read(string line, CancellationToken stop)
    {
        if (line == "ready")
        {
            State = "up";
            _up.TrySetResult();
        }
        else if (!stop.IsCancellationRequested)
        {
            Console.WriteLine($"{name}: {line}");
        }
    }

    private async Task RestAsync(CancellationToken stop)
    {
        _startNow = new TaskCompletionSource();
        Volatile.Write(ref _startsAt, Environment.TickCount64 + (long)pause.TotalMilliseconds);
        State = "down";
        await Task.WhenAny(_startNow.Task, Task.Delay(pause, stop));
    }

    private ProcessStartInfo Describe()
    {
        // "dotnet Cluster.dll" or the program itself
        var program = Environment.ProcessPath!;
        string[] dll = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(NodeProcess).Assembly.Location] : [];
        return new ProcessStartInfo(program, [.. dll, "node", "--Node", name, "--Redis", redis, "--urls", $"http://127.0.0.1:{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
    }
}
