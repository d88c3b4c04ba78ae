using System.Text.Json;

namespace SocketIo.TestKit;

/// <summary>
/// One stock socket.io-client socket in the <see cref="NodeDriver"/>. Arguments are serialized as JSON; a <c>byte[]</c> or
/// <see cref="NodeBinary"/> anywhere in them is binary. Mind that a <c>string[]</c> given as the only argument of a
/// <c>params</c> list is spread into several: wrap it in <c>[...]</c>.
/// </summary>
public sealed class NodeClient : IAsyncDisposable
{
    private readonly NodeDriver _driver;
    private readonly Lock _sync = new();
    private readonly List<NodeEvent> _events = [];  // guarded by _sync
    private readonly List<NodeEvent> _untaken = []; // guarded by _sync
    private readonly List<Waiter> _waiters = [];    // guarded by _sync

    internal NodeClient(NodeDriver driver, int number) => (_driver, Number) = (driver, number);

    internal int Number { get; }

    /// <summary>All events so far, in the order of arrival, taken or not.</summary>
    public IReadOnlyList<NodeEvent> Events
    {
        get
        {
            lock (_sync)
                return [.. _events];
        }
    }

    /// <summary>Takes the next <c>connect</c> event; throws with the client's text when <c>connect_error</c> comes first.</summary>
    public async Task ConnectedAsync(TimeSpan? deadline = null)
    {
        var next = await NextAsync(["connect", "connect_error"], deadline);
        if (next.Name == "connect_error")
            throw new NodeClientException(next.Args[0].GetString()!);
    }

    /// <summary>Takes the oldest event of that name that was not taken yet, waiting for it if need be.</summary>
    public Task<NodeEvent> NextEventAsync(string name, TimeSpan? deadline = null) => NextAsync([name], deadline);

    /// <inheritdoc cref="NextEventAsync(string, TimeSpan?)"/>
    public Task<NodeEvent> NextEventAsync(string[] names, TimeSpan? deadline = null) => NextAsync(names, deadline);

    public Task EmitAsync(string name, params object?[] args) =>
        _driver.SendAsync(new { op = "emit", socket = Number, @event = name, args });

    public Task VolatileEmitAsync(string name, params object?[] args) =>
        _driver.SendAsync(new { op = "emit", socket = Number, @event = name, args, @volatile = true });

    /// <summary>Emits and waits for the acknowledgement; its arguments are the result.</summary>
    public Task<JsonElement[]> EmitWithAckAsync(string name, params object?[] args) =>
        EmitWithAckAsync(NodeDriver.Deadline, name, args);

    /// <inheritdoc cref="EmitWithAckAsync(string, object?[])"/>
    public async Task<JsonElement[]> EmitWithAckAsync(TimeSpan timeout, string name, params object?[] args)
    {
        var command = new { op = "emitWithAck", socket = Number, @event = name, args, timeout = timeout.TotalMilliseconds };
        // the client's own timeout speaks first
        var reply = await _driver.SendAsync(command, timeout + NodeDriver.Deadline);
        return [.. reply.EnumerateArray()];
    }

    /// <summary>From now on acknowledges that event with these arguments.</summary>
    public Task OnAckAsync(string name, params object?[] reply) =>
        _driver.SendAsync(new { op = "onAck", socket = Number, @event = name, reply });

    /// <summary>From now on acknowledges that event with the arguments it came with.</summary>
    public Task OnAckEchoAsync(string name) =>
        _driver.SendAsync(new { op = "onAck", socket = Number, @event = name, reply = (object?)null });

    /// <summary>From now on does not acknowledge that event, as at the beginning.</summary>
    public Task OnAckNeverAsync(string name) => _driver.SendAsync(new { op = "onAck", socket = Number, @event = name });

    /// <summary>Connects again after a disconnect; does not wait until it is connected.</summary>
    public Task ConnectAsync() => _driver.SendAsync(new { op = "connect", socket = Number });

    public Task DisconnectAsync() => _driver.SendAsync(new { op = "disconnect", socket = Number });

    /// <summary>Closes the connection below all sockets of this client, as a lost network would, but politely.</summary>
    public Task CloseTransportAsync() => _driver.SendAsync(new { op = "closeTransport", socket = Number });

    /// <summary>Cuts the WebSocket below all sockets of this client, without a word to the server.</summary>
    public Task CutTransportAsync() => _driver.SendAsync(new { op = "cutTransport", socket = Number });

    /// <summary>Waits until an old client, which pings by itself, has got so many pongs more.</summary>
    public Task OnPongsAsync(int count) => _driver.SendAsync(new { op = "pongs", socket = Number, count });

    public async Task<NodeState> GetStateAsync()
    {
        var state = await _driver.SendAsync(new { op = "state", socket = Number });
        return state.Deserialize<NodeState>(NodeDriver.Json)!;
    }

    /// <summary>Opens another namespace on this client's connection; does not wait until it is connected.</summary>
    public async Task<NodeClient> OpenSocketAsync(string nsp, object? options = null)
    {
        var client = _driver.Register();
        await _driver.SendAsync(new { op = "openSocket", socket = client.Number, on = Number, nsp, options });
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        _driver.Forget(this);
        if (_driver.IsRunning)
            await _driver.SendAsync(new { op = "release", socket = Number });
    }

    internal void Receive(NodeEvent received)
    {
        lock (_sync)
        {
            _events.Add(received);
            var index = _waiters.FindIndex(waiter => waiter.Wants(received));
            if (index < 0)
            {
                _untaken.Add(received);
                return;
            }

            _waiters[index].Arrived.SetResult(received);
            _waiters.RemoveAt(index);
        }
    }

    internal void Fail(Exception failure)
    {
        lock (_sync)
        {
            foreach (var waiter in _waiters)
                waiter.Arrived.SetException(failure);
            _waiters.Clear();
        }
    }

    private async Task<NodeEvent> NextAsync(string[] names, TimeSpan? deadline)
    {
        var waiter = new Waiter(names);
        lock (_sync)
        {
            var index = _untaken.FindIndex(waiter.Wants);
            if (index >= 0)
            {
                var found = _untaken[index];
                _untaken.RemoveAt(index);
                return found;
            }

            _driver.ThrowIfFailed();
            _waiters.Add(waiter);
        }

        using var timer = new CancellationTokenSource(deadline ?? NodeDriver.Deadline);
        await using var registration = timer.Token.Register(() => GiveUp(waiter));
        return await waiter.Arrived.Task;
    }

    private void GiveUp(Waiter waiter)
    {
        lock (_sync)
        {
            if (_waiters.Remove(waiter))
                waiter.Arrived.SetException(new TimeoutException($"No {waiter} came in time. {History()}"));
        }
    }

    private string History() =>
        (_events.Count == 0 ? "Nothing came at all." : "These came: " + string.Join(", ", _events)) + _driver.Stderr();

    private sealed class Waiter(string[] names)
    {
        public TaskCompletionSource<NodeEvent> Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Wants(NodeEvent candidate) => names.Contains(candidate.Name, StringComparer.Ordinal);

        public override string ToString() => string.Join(" or ", names);
    }
}
