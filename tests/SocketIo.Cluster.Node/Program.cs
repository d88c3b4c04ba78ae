using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SocketIo;
using SocketIo.Cluster;

// A server of a cluster that tests stop and kill. Its clients join "room". To the room it emits as often as it is told, each event with the
// server's name and a number, and now and then a volatile one and one to each of its own clients. On several streams all that is done in
// several namespaces. Tells on its output when it listens.
// Arguments: kind of backplane, where it is, prefix, port, events a second.
var (kind, where, prefix, port, perSecond) = (args[0], args[1], args[2], int.Parse(args[3], CultureInfo.InvariantCulture), int.Parse(args[4], CultureInfo.InvariantCulture));
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
var socketIo = builder.Services.AddSocketIo(static options =>
{
    options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions();
    (options.PingInterval, options.PingTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
});
_ = kind switch
{
    "streams" => socketIo.AddRedisStreams(where, options => (options.Prefix, options.StreamName, options.MaxLength) = (prefix, prefix, 1_000_000)),
    "streams-4" => socketIo.AddRedisStreams(
        where, options => (options.Prefix, options.StreamName, options.StreamCount, options.MaxLength) = (prefix, prefix, 4, 1_000_000)),
    "postgres" => socketIo.AddPostgres(where, options => (options.Prefix, options.LogTable, options.Recovery) = (prefix, prefix, true)),
    "classic" => socketIo.AddRedis(where, options => options.Prefix = prefix),
    _ => socketIo.AddRedisSharded(where, options => options.Prefix = prefix),
};
var app = builder.Build();
var io = app.Services.GetRequiredService<SocketIoServer>();
var id = app.Services.GetRequiredService<Backplane>().NodeId;
Namespace[] namespaces = [.. (kind == "streams-4" ? new[] { "/", "/0", "/1", "/3" } : ["/"]).Select(name => io.Of(name))];
foreach (var of in namespaces)
{
    of.OnConnection(static async socket =>
    {
        if (!socket.Recovered)
            await socket.JoinAsync("room");
    });
    of.On("join", static async (Socket socket, string room) => await socket.JoinAsync(room));
    of.On("rooms", static (Socket socket) => socket.Rooms.ToArray());
    of.On("id", (Socket _) => id);
}
io.OnServerEvent("who", () => id);
app.MapSocketIo();
await app.StartAsync();
Console.WriteLine("listening");
if (perSecond > 0)
    await Task.WhenAll(EmitAsync(perSecond), app.WaitForShutdownAsync());
await app.WaitForShutdownAsync();

async Task EmitAsync(int rate)
{
    for (var n = 0; ; n++)
    {
        foreach (var of in namespaces)
        {
            await of.To("room").EmitAsync("e", id, n);
            if (n % 10 == 0)
                await of.To("room").Volatile.EmitAsync("v", id, n);
            foreach (var socket in of.Sockets.Values.Where(_ => n % 20 == 0))
                await socket.EmitAsync("own", id, n);
        }
        await Task.Delay(TimeSpan.FromSeconds(1.0 / rate));
    }
}
