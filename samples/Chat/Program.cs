using System.Collections.Concurrent;
using SocketIo;
using SocketIo.Engine;

var builder = WebApplication.CreateBuilder(args);

// cheaper on Linux; elsewhere it changes nothing
builder.WebHost.UseEpoll();
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
builder.Services.AddSocketIo();

var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapSocketIo();

var io = app.Services.GetRequiredService<SocketIoServer>();
var people = new ConcurrentDictionary<string, Person>();

// Every socket is also in a room named by its id, so the chat's rooms have a prefix: nobody can join another person's own.
static string Channel(string room) => "chat:" + room;

// Also sent again by a page that has reconnected: its socket is a new one.
io.On("enter", async (Socket socket, string? name, string? room) =>
{
    var person = new Person(socket.Id, Clean(name, "guest"), Clean(room, "lobby"));
    await MoveAsync(socket, person);
    return person;
});

io.On("switch", async (Socket socket, string? room) =>
{
    if (!people.TryGetValue(socket.Id, out var person))
        return null;
    person = person with { Room = Clean(room, "lobby") };
    await MoveAsync(socket, person);
    return person;
});

io.On("message", async (Socket socket, string? text) =>
{
    if (!people.TryGetValue(socket.Id, out var from) || Clean(text, "", 2000) is not { Length: > 0 } line)
        return false;
    await io.To(Channel(from.Room)).EmitAsync("message", from, line);
    return true;
});

io.On("private", async (Socket socket, string id, string? text) =>
{
    if (!people.TryGetValue(socket.Id, out var from) || !people.TryGetValue(id ?? "", out var to)
        || Clean(text, "", 2000) is not { Length: > 0 } line)
        return false;
    await io.To(to.Id).To(from.Id).EmitAsync("private", from, to, line);
    return true;
});

io.On("typing", async (Socket socket, bool isTyping) =>
{
    if (people.TryGetValue(socket.Id, out var person))
        await socket.To(Channel(person.Room)).EmitAsync("typing", person, isTyping);
});

io.OnDisconnect(async (socket, _) =>
{
    if (!people.TryRemove(socket.Id, out var person))
        return;
    await io.To(Channel(person.Room)).EmitAsync("left", person);
    await io.EmitAsync("people", people.Values.ToArray());
});

await app.StartAsync();
Console.WriteLine($"Chat is on {string.Join(" and ", app.Urls)}");
await app.WaitForShutdownAsync();

async Task MoveAsync(Socket socket, Person person)
{
    if (people.TryGetValue(socket.Id, out var before) && before.Room != person.Room)
    {
        await socket.LeaveAsync(Channel(before.Room));
        await io.To(Channel(before.Room)).EmitAsync("left", before);
    }

    people[socket.Id] = person;
    await socket.JoinAsync(Channel(person.Room));
    if (before?.Room != person.Room)
        await socket.To(Channel(person.Room)).EmitAsync("joined", person);
    await io.EmitAsync("people", people.Values.ToArray());
}

static string Clean(string? text, string fallback, int longest = 30)
{
    text = text?.Trim() ?? "";
    return text.Length == 0 ? fallback : text[..Math.Min(text.Length, longest)];
}

internal sealed record Person(string Id, string Name, string Room);
