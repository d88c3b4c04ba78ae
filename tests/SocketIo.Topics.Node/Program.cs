using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SocketIo;

// A server that tests kill. It subscribes each client to "orders", as the user and with the sharing that its query names, and emits by so
// many emitters at once. Tells on its output when it listens, and of each emit that has completed: sequence, text.
// Arguments: kind of store, where it is, port, number of emitters.
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, int.Parse(args[2], CultureInfo.InvariantCulture)));
builder.Services.AddSocketIo().AddTopics(topics =>
{
    topics.ServerTimeout = TimeSpan.FromSeconds(2);
    UseStore(topics, args[0], args[1]);
});
var app = builder.Build();
var io = app.Services.GetRequiredService<SocketIoServer>();
io.OnConnection(socket => socket.SubscribeAsync("orders", socket.Handshake.Query["user"]!, new()
{
    Metadata = true,
    Start = TopicStart.Beginning,
    Sharing = socket.Handshake.Query["sharing"] == "one" ? Sharing.OneOf : Sharing.All,
}));
app.MapSocketIo();
await app.StartAsync();

using var output = Console.OpenStandardOutput();
Tell("listening");
var run = Guid.NewGuid().ToString("N")[..8];
await Task.WhenAll(Enumerable.Range(0, int.Parse(args[3], CultureInfo.InvariantCulture)).Select(EmitAsync));
await HostingAbstractionsHostExtensions.WaitForShutdownAsync(app);

async Task EmitAsync(int emitter)
{
    for (var n = 0; ; n++)
    {
        var text = $"{run}-{emitter}-{n}";
        var sequence = await io.Topic("orders").EmitAsync("order", text);
        Tell($"stored {sequence} {text} .");
        await Task.Delay(1);
    }
}

void Tell(string line)
{
    lock (output)
        output.Write(Encoding.UTF8.GetBytes(line + "\n"));
}

static void UseStore(TopicsOptions topics, string kind, string where)
{
    _ = kind switch
    {
        "sqlite" => topics.UseSqlite(where),
        "redis" => topics.UseRedis(where),
        _ => topics.UsePostgres(where),
    };
}
