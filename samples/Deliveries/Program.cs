using SocketIo;

// A hub between shops and drivers. What happens while a page is closed, or the server is down, is there when the page is opened again.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
builder.Services.AddSocketIo().AddTopics(topics => topics.UseSqlite(builder.Configuration["Store"] ?? "deliveries.db"));

var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapSocketIo();

var io = app.Services.GetRequiredService<SocketIoServer>();
var deliveries = io.Topic("deliveries");

// Who a page is for is the name of its subscription: a page that is new to the hub begins with what the hub still knows.
io.OnConnection(static socket => socket.SubscribeAsync("deliveries", $"{RoleOf(socket)} {NameOf(socket)}", new()
{
    Start = TopicStart.Beginning,
    Metadata = true,
}));

// A page sends an event again until it is acknowledged (retries); the key makes that one event. It also decides who was first: of two drivers
// that pick up the same order, the second one's event is not stored.
io.On("ready", async (Socket socket, Order order) =>
    await deliveries.Dedupe($"{order.Id} ready").EmitAsync("ready", order with { Shop = NameOf(socket) }));
io.On("picked up", async (Socket socket, string id) =>
    await deliveries.Dedupe($"{id} picked up").EmitAsync("picked up", id, NameOf(socket)));
io.On("delivered", async (Socket _, string id) =>
    await deliveries.Dedupe($"{id} delivered").EmitAsync("delivered", id));

await app.StartAsync();
Console.WriteLine($"Deliveries is on {app.Urls.First()}");
await app.WaitForShutdownAsync();

static string RoleOf(Socket socket) => socket.Handshake.Auth.GetString("role") is "driver" ? "driver" : "shop";

static string NameOf(Socket socket) => socket.Handshake.Auth.GetString("name") is { Length: > 0 and <= 40 } name ? name : "nobody";

internal sealed record Order(string Id, string Shop, string What, string Where);
