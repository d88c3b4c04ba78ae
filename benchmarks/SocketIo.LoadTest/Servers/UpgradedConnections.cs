using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SocketIo.LoadTest.Servers;

/// <summary>
/// What an upgraded connection costs Kestrel by itself: two answers that are always the same, then nothing. Shows what this server
/// adds to it.
/// </summary>
internal static class UpgradedConnections
{
    private static readonly byte[] Open = Frame(
        """0{"sid":"lv_VI97HAXpY6yYWAAAB","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}""");

    private static readonly byte[] Joined = Frame("""40{"sid":"wZX3oN0bSVIhsaknAAAI"}""");

    public static Action<WebApplication> Add(WebApplicationBuilder _) => static app => app.Map("/socket.io/", ServeAsync);

    private static async Task ServeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Upgrade = "websocket";
        headers.Connection = "Upgrade";
        headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        await stream.WriteAsync(Open);
        var input = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Input;
        for (var isJoined = false; ; isJoined = true)
        {
            var read = await input.ReadAsync();
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
            if (!isJoined)
                await stream.WriteAsync(Joined);
        }
    }

    private static byte[] Frame(string text) => [0x81, (byte)text.Length, .. Encoding.UTF8.GetBytes(text)];

#pragma warning disable CA5350 // the protocol prescribes SHA-1 (RFC 6455 1.3); nothing is kept secret by it
    private static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}
