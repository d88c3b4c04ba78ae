using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace SocketIo.LoadTest.Servers;

/// <summary>This program as one of the .NET servers: <c>serve socketio --port 3000</c>. All have the same host.</summary>
internal static class ServerRole
{
    public static async Task RunAsync(string server, Arguments arguments)
    {
        var port = arguments.Number("port") ?? throw new UsageException("serve needs a --port.");
        arguments.ThrowIfUnknown();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        Action<WebApplication> map = server switch
        {
            "socketio" => SocketIoEvents.Add(builder),
            Peer.OnSocketsName => SocketIoEvents.AddOnSockets(builder),
            "topics" => TopicEvents.Add(builder, isOnDisk: false),
            "topics-sqlite" => TopicEvents.Add(builder, isOnDisk: true),
            "topics-stream" => TopicEvents.AddWithStream(builder, isOnDisk: false),
            "topics-sqlite-stream" => TopicEvents.AddWithStream(builder, isOnDisk: true),
            "kestrel" => UpgradedConnections.Add(builder),
            "signalr" => LoadHub.Add(builder),
            _ => throw new UsageException($"There is no server \"{server}\"."),
        };
        await using var app = builder.Build();
        map(app);
        await app.StartAsync();

        // the load test holds the other end: no server outlives it
        await Console.In.ReadToEndAsync();
    }
}
