using System.Diagnostics;
using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>A process that appends until it is killed. It tells which appends have completed.</summary>
public sealed class Appender : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<Appended> _appended = [];
    private readonly TaskCompletionSource _first = new();
    private readonly Task _reading;
    private readonly Task<string> _errors;

    /// <summary>Starts it.</summary>
    public Appender(string kind, string where, int emitters)
    {
        var program = Path.Combine(
            Repository.Root, "tests", "SocketIo.Topics.Appender", "bin", Repository.Configuration, "net10.0", "SocketIo.Topics.Appender.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, kind, where, $"{emitters}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Waits until it appends.</summary>
    public Task BeginAsync() => _first.Task.WithDeadline(TimeSpan.FromMinutes(1));

    /// <summary>Kills it (with signal 9); what had completed.</summary>
    public async Task<IReadOnlyList<Appended>> KillAsync()
    {
        Assert.That(_process.HasExited, Is.False, () => _errors.Result);
        _process.Kill();
        await _reading.WithDeadline();
        await _process.WaitForExitAsync().WithDeadline();
        return _appended;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // A line that the kill has cut off has no line end: what it told of may be taken as completed or not.
    private async Task ReadAsync()
    {
        var text = "";
        var buffer = new char[4096];
        while (await _process.StandardOutput.ReadAsync(buffer) is var read && read > 0)
        {
            text += new string(buffer, 0, read);
            var lines = text.Split('\n');
            text = lines[^1];
            foreach (var line in lines.AsSpan(0, lines.Length - 1))
                _appended.Add(Appended.Parse(line));
            if (_appended.Count > 0)
                _first.TrySetResult();
        }
        if (_appended.Count == 0)
            _first.TrySetException(new InvalidOperationException("The appender has ended: " + await _errors));
    }
}
