using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace SocketIo.LoadTest.Servers;

/// <summary>SignalR with the same events, under the JSON protocol; the names of hub methods ignore case.</summary>
internal sealed class LoadHub : Hub
{
    public static Action<WebApplication> Add(WebApplicationBuilder builder)
    {
        // the load client does not send keep-alives on its own
        builder.Services.AddSignalR(options => options.ClientTimeoutInterval = TimeSpan.FromMinutes(10));
        return static app => app.MapHub<LoadHub>("/hub");
    }

    public Task Fan(string text) => Clients.All.SendAsync("fan", text);

#pragma warning disable CA1822 // a hub method is an instance's
    public string Echo(string text) => text;
#pragma warning restore CA1822

    public async Task<string> Join(string room)
    {
        await Groups.AddToGroupAsync(Context.ConnectionId, room);
        return room;
    }

    public Task Roomcast(string room, string text) => Clients.Group(room).SendAsync("msg", text);
}
