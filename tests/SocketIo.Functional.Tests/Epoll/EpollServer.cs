using Microsoft.AspNetCore.Builder;
using SocketIo.Engine;
using SocketIo.Functional.Tests.Engine;

namespace SocketIo.Functional.Tests.Epoll;

/// <summary>An echo server on the library's transport with a single thread, so that whoever blocks it blocks all.</summary>
internal static class EpollServer
{
    public static Task<EngineHost> StartAsync(
        Echo? app = null, Action<EngineOptions>? configure = null, Action<WebApplication>? map = null) =>
        EngineHost.StartAsync(configure, app, build: UseOneThread, map: map);

    public static void UseOneThread(WebApplicationBuilder builder) => builder.WebHost.UseEpoll(options => options.Threads = 1);
}
