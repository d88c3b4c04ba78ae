using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.Engine;

namespace SocketIo.LoadTest.Servers;

/// <summary>This server with the events that the load client knows, everything else at its defaults but the transport.</summary>
internal static class SocketIoEvents
{
    public static Action<WebApplication> Add(WebApplicationBuilder builder)
    {
        // what README recommends; elsewhere than on Linux it changes nothing
        builder.WebHost.UseEpoll();
        return AddOnSockets(builder);
    }

    public static Action<WebApplication> AddOnSockets(WebApplicationBuilder builder)
    {
        builder.Services.AddSocketIo();
        return Map;
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
