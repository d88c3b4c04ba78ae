using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SocketIo.Redis.Benchmarks;

/// <summary>A server of ours in a process of its own: emits so many events of 100 bytes to everybody when it is asked to by HTTP.</summary>
internal static class ServerNode
{
    // what a client that reads 50,000 a second may have to catch up with
    private const int MaxQueuedBytes = 256 * 1024 * 1024;

    public static async Task<int> RunAsync(string redis, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddSocketIo(static options => options.MaxQueuedBytes = MaxQueuedBytes).AddRedis(redis);
        var app = builder.Build();
        var io = app.Services.GetRequiredService<SocketIoServer>();
        app.Map("/emit", emit => emit.Run(context => EmitAsync(
            io, Number(context.Request.Query["first"]), Number(context.Request.Query["count"]), Number(context.Request.Query["perSecond"]))));
        app.MapSocketIo();
        await app.StartAsync();
        Console.WriteLine("listening");
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static int Number(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);

    private static async Task EmitAsync(SocketIoServer io, int first, int count, int perSecond)
    {
        var started = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < count;)
        {
            var due = perSecond == 0 ? sent + 100 : (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond);
            for (; sent < Math.Min(due, count); sent++)
                await io.EmitAsync("n", (first + sent).ToString("D10", CultureInfo.InvariantCulture).PadRight(100, 'x'));
            if (perSecond == 0)
                await Task.Yield();
            else
                await Task.Delay(1);
        }
    }
}
