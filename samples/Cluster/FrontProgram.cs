using SocketIo;
using SocketIo.Emitter;

namespace Cluster;

/// <summary>Starts Redis, three nodes and nginx, serves the page, kills nodes when it is asked to, and ends them all.</summary>
internal static class FrontProgram
{
    private static readonly string[] Names = ["amber", "teal", "violet"];

    public static async Task<int> RunAsync(string[] args)
    {
        if (Daemon.Missing("redis-server", "nginx") is { } missing)
        {
            await Console.Error.WriteLineAsync(
                $"{missing} was not found. Debian and Ubuntu: apt-get install redis-server nginx; macOS: brew install redis nginx.");
            return 1;
        }

        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var address = new Uri(builder.Configuration["urls"] ?? "http://127.0.0.1:5000");
        var pause = TimeSpan.FromSeconds(builder.Configuration.GetValue("RestartAfter", 8.0));
        var ports = FreePorts.Take(2 + Names.Length);
        builder.WebHost.UseUrls($"http://127.0.0.1:{ports[0]}");
        var redis = $"127.0.0.1:{ports[1]}";
        NodeProcess[] nodes = [.. Names.Select((name, i) => new NodeProcess(name, ports[2 + i], redis, pause))];

        await using var app = builder.Build();
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.MapGet("/nodes", () => nodes.Select(static node => new { node.Name, node.State, node.StartsInMs }));
        app.MapPost("/nodes/{name}/kill", (string name) => DoAsync(nodes, name, static node => node.KillAsync()));
        app.MapPost("/nodes/{name}/start", (string name) => DoAsync(nodes, name, static node => node.StartNowAsync()));

        var folder = Directory.CreateTempSubdirectory("socketio-cluster-");
        try
        {
            await using var redisServer = await Daemon.StartAsync(
                "redis-server", ports[1], "--bind", "127.0.0.1", "--port", $"{ports[1]}", "--dir", folder.FullName, "--save", "");
            await using var running = await RunningNodes.StartAsync(nodes);
            await app.StartAsync();
            await using var nginx = await Daemon.StartAsync(
                "nginx", address.Port, "-p", folder.FullName, "-e", "stderr", "-c", NginxFile.Write(folder, address, ports[0], ports[2..]));
            await using var emitter = await SocketIoEmitter.ConnectAsync(
                RedisBackplanes.ForEmitter(new RedisStreamsOptions { Configuration = redis }, null));
            _ = TickAsync(emitter, app.Lifetime.ApplicationStopping);

            Console.WriteLine($"Cluster is on {address}");
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (InvalidOperationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IResult> DoAsync(NodeProcess[] nodes, string name, Func<NodeProcess, Task> act)
    {
        if (nodes.FirstOrDefault(node => node.Name == name) is not { } node)
            return Results.NotFound();
        await act(node);
        return Results.NoContent();
    }

    // A worker that is no server: its numbers must arrive in every tab, in order and without a gap, whatever happens to the nodes.
    private static async Task TickAsync(SocketIoEmitter emitter, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        for (var number = 1; await timer.WaitForNextTickAsync(stopping); number++)
            await emitter.Broadcast.EmitAsync("tick", number, Clock.Now);
    }
}
