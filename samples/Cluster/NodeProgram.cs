using SocketIo;

namespace Cluster;

/// <summary>One of the servers. Nothing in it knows of the others, but for the line that adds Redis.</summary>
internal static class NodeProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services
            .AddSocketIo(static options => options.ConnectionStateRecovery = new())
            .AddRedisStreams(builder.Configuration["Redis"]!);

        await using var app = builder.Build();
        app.MapSocketIo();
        Serve(app.Services.GetRequiredService<SocketIoServer>(), builder.Configuration["Node"]!, app.Lifetime.ApplicationStopping);
        await app.StartAsync();
        Console.WriteLine("ready");

        // the front keeps the other end open: it closes when the front ends, in whatever way
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            app.Lifetime.StopApplication();
        });
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static void Serve(SocketIoServer io, string node, CancellationToken stopping)
    {
        // also for a tab that has recovered from another node, and brings that one's name along
        io.OnConnection(async socket =>
        {
            socket.Data["node"] = node;
            socket.Data["tab"] = socket.Handshake.Query["tab"].ToString();
            await io.Local.To(socket.Id).EmitAsync("node", node);
        });

        // a tab sends it again until this answers (retries), so the id says whether it is the same
        io.On("say", async (Socket socket, string id, string text) =>
        {
            await io.EmitAsync("said", new Said(id, socket.Handshake.Query["tab"].ToString(), node, text), Clock.Now);
            return true;
        });
        _ = TellWhoIsHereAsync(io, stopping);
    }

    // each server asks the others, and tells its own tabs
    private static async Task TellWhoIsHereAsync(SocketIoServer io, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await timer.WaitForNextTickAsync(stopping))
        {
            var sockets = await io.FetchSocketsAsync(stopping);
            Tab[] tabs = [.. sockets.Select(static socket => new Tab(socket.GetData<string>("tab") ?? "", socket.GetData<string>("node") ?? ""))];
            await io.Local.Volatile.EmitAsync("tabs", tabs);
        }
    }

    private sealed record Said(string Id, string Tab, string Node, string Text);

    private sealed record Tab(string Name, string Node);
}
