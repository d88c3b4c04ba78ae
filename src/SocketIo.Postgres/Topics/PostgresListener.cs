using System.Text.Json;
using SocketIo.Cluster;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>Hears of what all servers have stored, on a connection of its own that is made again when it breaks.</summary>
internal sealed class PostgresListener(PostgresDatabase database, TopicStoreContext context) : IAsyncDisposable
{
    // A connection that has silently died is noticed after this time.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    // whoever writes many must not fill the log
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Tally _bad = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private bool _isLost;

    /// <summary>Completes when it hears, or with what keeps it from that; it goes on trying only after it has heard once.</summary>
    public Task StartAsync()
    {
        _running = RunAsync();
        return _listening.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ListenAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                if (_listening.TrySetException(exception))
                    return;
                await DelayAsync(exception).ConfigureAwait(false);
            }
        }
    }

    private async Task ListenAsync()
    {
        var connection = await database.ConnectAsync(_stop.Token).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        connection.Notification += (_, notification) => Tell(notification.Payload);
        await database.RunAsync(connection, $"LISTEN {PostgresSchema.Quote(database.Channel)}", _stop.Token).ConfigureAwait(false);

        // what came before may have been missed
        _isLost = false;
        if (!_listening.TrySetResult())
            context.News.Lost();
        while (true)
        {
            if (!await connection.WaitAsync(Silence, _stop.Token).ConfigureAwait(false))
                await database.RunAsync(connection, "SELECT 1", _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task DelayAsync(Exception exception)
    {
        if (_stop.IsCancellationRequested)
            return;

        // once, not with each attempt
        if (!_isLost)
            Log.ListenerLost(context.Logger, exception.Message);
        _isLost = true;
        try
        {
            await Task.Delay(Delay, context.Time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // closed
        }
    }

    // What the function "tell" has written; the channel is open to whoever may use the database.
    private void Tell(string payload)
    {
        try
        {
            using var topics = JsonDocument.Parse(payload);
            foreach (var topic in topics.RootElement.EnumerateArray())
                context.News.Changed(new(topic[0].GetString()!, topic[1].GetString()!), topic[2].GetInt64());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            _bad.Add(1);
            if (_bad.TryTake(context.Time, Interval, out var count, out var _))
                Log.BadNotification(context.Logger, count, database.Channel);
        }
    }
}
