using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace SocketIo.TestKit;

/// <summary>
/// One Node process that runs any number of stock clients (tests/clients/driver.mjs), or another process that speaks the same
/// lines. Start one per test assembly, in its set-up fixture; when the process ends early, everything that waits on it fails with
/// what it wrote to stderr.
/// </summary>
public sealed class NodeDriver : IAsyncDisposable
{
    /// <summary>How long anything may take that has no limit of its own.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    // the first start compiles the client library on a machine that is busy with other tests
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    // names in arguments and options go out as they are written
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNameCaseInsensitive = true,
        Converters = { new NodeBinary.Converter() },
    };

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _pending = new();
    private readonly ConcurrentDictionary<int, NodeClient> _clients = new();
    private readonly StringBuilder _stderr = new(); // guarded by itself
    private readonly Lock _writing = new();
    private Task _reading = Task.CompletedTask;
    private volatile Exception? _failure;
    private int _lastNumber;

    private NodeDriver(Process process) => _process = process;

    /// <param name="program">What runs the script.</param>
    /// <param name="script">The driver, a file of tests/clients.</param>
    public static async Task<NodeDriver> StartAsync(string program = "node", string script = "driver.mjs")
    {
        var driver = new NodeDriver(Launch(program, script, ClientsFolder()));
        driver._process.ErrorDataReceived += (_, line) => driver.Remember(line.Data);
        driver._process.BeginErrorReadLine();
        driver._reading = Task.Run(driver.ReadAsync);
        try
        {
            await driver._ready.Task.WaitAsync(StartDeadline);
            return driver;
        }
        catch
        {
            await driver.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a stock client; does not wait until it is connected.</summary>
    /// <param name="url">The server, and the namespace as its path.</param>
    /// <param name="options">The client's own options, in their own spelling: an anonymous object will do.
    /// Unless said otherwise the connection is new and is not reopened.</param>
    public async Task<NodeClient> OpenAsync(string url, object? options = null)
    {
        var client = Register();
        await SendAsync(new { op = "open", socket = client.Number, url, options });
        return client;
    }

    /// <summary>The version of the client library; for drivers of one library only.</summary>
    public async Task<string> GetVersionAsync() => (await SendAsync(new { op = "version" })).GetString()!;

    public async ValueTask DisposeAsync()
    {
        Fail(new ObjectDisposedException(nameof(NodeDriver)));
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        await _reading.WaitAsync(Deadline);
        _process.Dispose();
    }

    internal bool IsRunning => _failure is null;

    internal NodeClient Register()
    {
        var client = new NodeClient(this, Interlocked.Increment(ref _lastNumber));
        _clients[client.Number] = client;
        return client;
    }

    internal void Forget(NodeClient client) => _clients.TryRemove(client.Number, out _);

    internal async Task<JsonElement> SendAsync(object command, TimeSpan? deadline = null)
    {
        var id = Interlocked.Increment(ref _lastNumber);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        try
        {
            Write(id, command);
            return await answer.Task.WaitAsync(deadline ?? Deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The Node driver did not answer {command} in time.{Stderr()}");
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    private void Write(int id, object command)
    {
        var message = JsonSerializer.SerializeToNode(command, Json)!.AsObject();
        message["id"] = id;
        lock (_writing)
        {
            ThrowIfFailed();
            _process.StandardInput.WriteLine(message.ToJsonString());
            _process.StandardInput.Flush();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
                Dispatch(JsonSerializer.Deserialize<JsonElement>(line));
            await _process.WaitForExitAsync();
            Fail(new InvalidOperationException($"The Node driver ended with code {_process.ExitCode}.{Stderr()}"));
        }
        catch (Exception e)
        {
            Fail(new InvalidOperationException($"The Node driver's output could not be read.{Stderr()}", e));
        }
    }

    private void Dispatch(JsonElement message)
    {
        if (message.TryGetProperty("id", out var id))
            Answer(id.GetInt32(), message);
        else if (message.TryGetProperty("socket", out var socket))
            _clients.GetValueOrDefault(socket.GetInt32())?.Receive(ToEvent(message));
        else
            _ready.TrySetResult();
    }

    private void Answer(int id, JsonElement message)
    {
        if (!_pending.TryGetValue(id, out var answer))
            return;
        if (message.TryGetProperty("error", out var error))
            answer.TrySetException(new NodeClientException(error.GetString()!));
        else
            answer.TrySetResult(message.GetProperty("result"));
    }

    private static NodeEvent ToEvent(JsonElement message) => new(
        message.GetProperty("event").GetString()!,
        [.. message.GetProperty("args").EnumerateArray()],
        message.TryGetProperty("lifecycle", out _),
        message.TryGetProperty("wantsAck", out var wantsAck) && wantsAck.GetBoolean());

    // the first failure is the one that is told
    private void Fail(Exception failure)
    {
        lock (_writing)
        {
            if (_failure is not null)
                return;
            _failure = failure;
        }

        _ready.TrySetException(failure);
        foreach (var answer in _pending.Values)
            answer.TrySetException(failure);
        foreach (var client in _clients.Values)
            client.Fail(failure);
    }

    internal void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw new InvalidOperationException(failure.Message, failure);
    }

    private void Remember(string? line)
    {
        lock (_stderr)
            _stderr.AppendLine(line);
    }

    /// <summary>What the process wrote to stderr, on lines of its own; empty when it wrote nothing.</summary>
    internal string Stderr()
    {
        lock (_stderr)
            return string.IsNullOrWhiteSpace(_stderr.ToString()) ? "" : Environment.NewLine + _stderr;
    }

    private static Process Launch(string program, string script, string folder)
    {
        var start = new ProcessStartInfo(program, script)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"The tests with stock clients need {program}, which was not found; tests/run tells.", e);
        }
    }

    private static string ClientsFolder()
    {
        var clients = Path.Combine(Repository.Root, "tests", "clients");
        return Directory.Exists(Path.Combine(clients, "node_modules"))
            ? clients
            : throw new InvalidOperationException(
                "The stock clients are not installed. Run the test command in README.md (tests/run), which installs them.");
    }
}
