using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace SocketIo.LoadTest.Servers;

/// <summary>This server with the events that the load client knows, everything else at its defaults.</summary>
internal static class SocketIoEvents
{
    public static Action<WebApplication> Add(WebApplicationBuilder builder)
    {
        builder.Services.AddSocketIo();
        return Map;
    }

    /// <summary>The same with reads continued where they complete; the other half is an environment variable of the process.</summary>
    public static Action<WebApplication> AddInline(WebApplicationBuilder builder)
    {
        builder.WebHost.UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        return Add(builder);
    }

    private static void Map(WebApplication app)
    {
        app.MapSocketIo();
        var io = app.Services.GetRequiredService<SocketIoServer>();
        io.On("fan", async (Socket _, string text) => await io.EmitAsync("fan", text));
        io.On("echo", (Socket _, string text) => text);
        io.On("join", async (Socket socket, string room) =>
        {
            await socket.JoinAsync(room);
            return room;
        });
        io.On("roomcast", async (Socket _, string room, string text) => await io.To(room).EmitAsync("msg", text));
    }
}
