using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace SocketIo.LoadTest.Servers;

/// <summary>Stores events all the time, by the clock.</summary>
internal sealed class EventStream(SocketIoServer io) : BackgroundService
{
    public const string Topic = "stream";

    private const int PerSecond = 20_000;
    private const int MostAtOnce = 1000; // when it is behind

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private static readonly string Text = new('x', 64);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var start = Stopwatch.GetTimestamp();
        var emitted = 0L;
        using var timer = new PeriodicTimer(Tick);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var due = (int)Math.Min((long)(Stopwatch.GetElapsedTime(start).TotalSeconds * PerSecond) - emitted, MostAtOnce);
            await Task.WhenAll(Enumerable.Range(0, due).Select(_ => io.Topic(Topic).EmitAsync("event", Text).AsTask()));
            emitted += due;
        }
    }
}
