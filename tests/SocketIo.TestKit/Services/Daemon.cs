using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SocketIo.TestKit;

/// <summary>
/// A server program that runs for a test. It ends with it, and with the test process however that ends: a shell between the two
/// waits on a pipe that the system closes, and then kills the program by its process id.
/// </summary>
public sealed class Daemon : IAsyncDisposable
{
    // prints the id, then waits until the pipe is closed; "$@" is the program with its arguments
    private const string Guard = "\"$@\" </dev/null & echo \"pid $!\"; cat >/dev/null; kill -9 $! 2>/dev/null; wait";
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigContinue = 18;
    private const int SigStop = 19;

    private readonly Process _guard;
    private readonly StringBuilder _output = new(); // guarded by itself
    private readonly TaskCompletionSource<int> _pid = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Daemon(Process guard) => _guard = guard;

    /// <summary>The program's process id.</summary>
    public int Pid { get; private set; }

    /// <summary>What the program wrote, for the message of a failed test.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Whether the program is still there.</summary>
    public bool IsRunning => !ProcessState.HasEnded(Pid);

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs; null runs it where the tests run.</param>
    public static async Task<Daemon> StartAsync(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Guard, "guard", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        try
        {
            var daemon = new Daemon(Process.Start(start)!);
            daemon.Listen();
            daemon.Pid = await daemon._pid.Task.WithDeadline();
            return daemon;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program} could not be started; tests/run installs what the tests need.", e);
        }
    }

    /// <summary>Stops the program from running, as if it hung; connections stay open and are not served.</summary>
    public void Suspend()
    {
        Signal(SigStop);
        ProcessState.WaitUntilStopped(Pid);
    }

    /// <summary>Ends <see cref="Suspend"/>.</summary>
    public void Resume() => Signal(SigContinue);

    /// <summary>Kills the program without a word, suspended or not.</summary>
    public Task KillAsync() => EndAsync(SigKill);

    /// <summary>Asks the program to end, and waits until it has.</summary>
    public Task TerminateAsync() => EndAsync(SigTerm);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync().WithDeadline();
        _guard.Dispose();
    }

    private async Task EndAsync(int signal)
    {
        if (IsRunning)
            Signal(signal);
        await Deadlines.Eventually(() => !IsRunning);
    }

    private void Listen()
    {
        _guard.OutputDataReceived += (_, line) => Read(line.Data);
        _guard.ErrorDataReceived += (_, line) => Remember(line.Data);
        _guard.BeginOutputReadLine();
        _guard.BeginErrorReadLine();
    }

    private void Read(string? line)
    {
        if (line?.StartsWith("pid ", StringComparison.Ordinal) == true && !_pid.Task.IsCompleted)
            _pid.SetResult(int.Parse(line.AsSpan(4), CultureInfo.InvariantCulture));
        else
            Remember(line);
    }

    private void Remember(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }

    private void Signal(int signal)
    {
        // one that has just ended by itself needs none
        if (Kill(Pid, signal) != 0 && IsRunning)
            throw new InvalidOperationException($"Process {Pid} got no signal {signal}. {Output}");
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
