using System.Text;

namespace SocketIo.LoadTest.Load;

/// <summary>What the connections send, and the check of what they get. All members but the awaitable are called under the client's lock.</summary>
internal abstract class Workload(LoadClient client)
{
    private TaskCompletionSource _drained = new();

    /// <summary>Deliveries or round trips since the last reset.</summary>
    public long Operations { get; protected set; }

    public Histogram Latencies { get; } = new();

    protected LoadClient Client => client;

    protected bool IsRunning { get; private set; }

    /// <summary>Whether everything sent has arrived everywhere.</summary>
    protected abstract bool IsDrained { get; }

    public static Workload? Of(Case one, LoadClient client, int payloadBytes) => one.Scenario switch
    {
        Scenario.Fanout or Scenario.Rooms => new BroadcastWorkload(client, one, payloadBytes),
        Scenario.Latency or Scenario.Stalled or Scenario.Beside => new PacedWorkload(client, one, payloadBytes),
        Scenario.Echo => new EchoWorkload(client, one, payloadBytes),
        _ => null,
    };

    /// <summary>What must happen once before messages flow.</summary>
    public virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Lets <see cref="LoadClient.StalledIndex"/> stop to read while much is on its way to it.</summary>
    public virtual Task StallAsync() => throw new NotSupportedException("Only with messages by the clock.");

    /// <summary>Lets it read again, until it has everything.</summary>
    /// <returns>False when the server has given it up meanwhile.</returns>
    public virtual Task<bool> ResumeAsync() => throw new NotSupportedException("Only with messages by the clock.");

    /// <summary>Takes a text that belongs to the workload.</summary>
    /// <returns>False when it is something else.</returns>
    /// <exception cref="DeliveryException">It is not the next one of its connection, or not whole.</exception>
    public abstract bool TryDeliver(Connection connection, ReadOnlySpan<byte> text, long now);

    /// <summary>All that one read brought has been delivered: what it caused goes into the outgoing buffer, or to another connection.</summary>
    public virtual void AfterRead(Connection connection)
    {
        if (!IsRunning && IsDrained)
            _drained.TrySetResult();
    }

    /// <summary>Runs for a time, then waits until everything has arrived.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        lock (Client.Sync)
        {
            Operations = 0;
            Latencies.Clear();
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            IsRunning = true;
            Begin();
        }
        await await Task.WhenAny(Task.Delay(time), Client.Failed);
        lock (Client.Sync)
        {
            IsRunning = false;
            if (IsDrained)
                _drained.TrySetResult();
        }
        await Client.WaitAsync(_drained.Task, () => Operations);
    }

    /// <summary>Sends the first messages.</summary>
    protected abstract void Begin();

    /// <summary>Letters, the same at every place of every message.</summary>
    protected static string Padding(int length) =>
        string.Create(length, 0, static (text, _) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = (char)('a' + i % 26);
        });

    protected static DeliveryException Wrong(Connection connection, int expected, int got, ReadOnlySpan<byte> text) => new(
        $"connection {connection.Index} expected message {expected} and got {got} (lost, repeated or reordered): {Encoding.UTF8.GetString(text)}");
}
