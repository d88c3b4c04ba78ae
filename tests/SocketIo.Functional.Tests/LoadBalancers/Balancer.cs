using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.LoadBalancers;

/// <summary>A load balancer that runs with a configuration of docs/scaling.md.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("balancer-");
    private readonly int _port = FreePorts.Take(1)[0];
    private IAsyncDisposable? _running;

    private Balancer()
    {
    }

    public Uri Address => new($"http://127.0.0.1:{_port}/");

    /// <summary>Starts one.</summary>
    /// <param name="name">Which of the guide's examples.</param>
    /// <param name="servers">The ports of the servers.</param>
    /// <param name="change">Changes its configuration.</param>
    public static async Task<Balancer> StartAsync(string name, int[] servers, Func<string, string>? change = null)
    {
        var balancer = new Balancer();
        var (language, index) = name switch
        {
            "nginx by address" => ("nginx", 0),
            "nginx by cookie" => ("nginx", 1),
            "HAProxy" => ("haproxy", 0),
            _ => ("json", 0),
        };
        var text = ScalingGuide.Blocks(language, balancer._port, servers)[index];
        text = change?.Invoke(text) ?? text;
        balancer._running = language switch
        {
            "nginx" => await balancer.StartNginxAsync(text),
            "haproxy" => await balancer.StartHaproxyAsync(text),
            _ => await balancer.StartYarpAsync(text),
        };
        return balancer;
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
            await _running.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    // around it what a system's own nginx.conf has: here without root and in the foreground
    private Task<Daemon> StartNginxAsync(string text) => StartProgramAsync("nginx", ["-p", _folder.FullName, "-e", "stderr", "-c"], $$"""
        daemon off;
        master_process off;
        pid {{_folder.FullName}}/nginx.pid;
        error_log stderr warn;
        events { }
        http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        {{text}}
        }
        """);

    private Task<Daemon> StartHaproxyAsync(string text) => StartProgramAsync("haproxy", ["-db", "-f"], text);

    private async Task<Daemon> StartProgramAsync(string program, string[] arguments, string text)
    {
        var file = Path.Combine(_folder.FullName, program + ".conf");
        await File.WriteAllTextAsync(file, text);
        // Debian has both where only root looks
        var daemon = await Daemon.StartAsync(File.Exists($"/usr/sbin/{program}") ? $"/usr/sbin/{program}" : program, [.. arguments, file]);
        await Deadlines.Eventually(() => !daemon.IsRunning || IsListening());
        return daemon.IsRunning ? daemon : throw new InvalidOperationException($"{program} ended: {daemon.Output}");
    }

    private async Task<WebApplication> StartYarpAsync(string text)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        builder.WebHost.UseUrls(Address.ToString());
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync().WithDeadline();
        return app;
    }

    private bool IsListening()
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
