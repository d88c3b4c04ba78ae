using System.Diagnostics;

namespace SocketIo.LoadTest.Load;

/// <summary>Subscribers come, go, miss events, and come back at once.</summary>
internal sealed class ReturnRun(LoadClient client, Process server, LoadOptions options)
{
    private static readonly TimeSpan SamplePause = TimeSpan.FromMilliseconds(20);

    private int Subscribers => options.Case.Clients;

    public async Task<RunResult> RunAsync()
    {
        using var topics = new TopicControl(options.Port);
        await MissAsync(topics);
        await Task.Delay(LoadOptions.Settle);
        var before = ResidentBytes();
        using var over = new CancellationTokenSource();
        var sampling = MostBytesAsync(over.Token);

        var workload = new ReturnWorkload(client, Subscribers, options.PayloadBytes);
        client.Workload = workload;
        var measurement = new Measurement(server);
        var returning = workload.RunAsync(TimeSpan.Zero);
        await client.ConnectAsync(Subscribers);
        await returning;
        var result = measurement.Stop(workload.Operations);

        await topics.AcknowledgedAsync();
        await over.CancelAsync();
        return result with { BytesBefore = before, BytesMost = Math.Max(before, await sampling) };
    }

    private async Task MissAsync(TopicControl topics)
    {
        using (var first = new LoadClient(client.Dialect, options.Port))
        {
            await first.ConnectAsync(Subscribers);
            await topics.AttachedAsync(Subscribers);
        }
        await topics.AttachedAsync(0);
        await topics.StoreAsync(NumberedText.First, ReturnWorkload.Missed, ReturnWorkload.PaddingOf(options.PayloadBytes));
    }

    private async Task<long> MostBytesAsync(CancellationToken over)
    {
        var most = 0L;
        while (!over.IsCancellationRequested)
        {
            most = Math.Max(most, ResidentBytes());
            await Task.Delay(SamplePause, CancellationToken.None);
        }
        return most;
    }

    private long ResidentBytes()
    {
        server.Refresh();
        return server.WorkingSet64;
    }
}
