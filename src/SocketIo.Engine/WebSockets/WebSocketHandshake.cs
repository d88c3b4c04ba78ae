using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace SocketIo.Engine.WebSockets;

/// <summary>The opening handshake, server side (RFC 6455 4.2).</summary>
internal static class WebSocketHandshake
{
    /// <summary>The version of RFC 6455.</summary>
    public const string Version = "13";

    // 16 bytes as base64
    private const int KeyLength = 24;

    /// <summary>Null if the HTTP/1.1 request may be upgraded, else a sentence that says why not.</summary>
    public static string? Validate(HttpRequest request)
    {
        var headers = request.Headers;
        if (!HttpMethods.IsGet(request.Method))
            return "A WebSocket handshake is a GET request.";
        if (!HttpProtocol.IsHttp11(request.Protocol))
            return "A WebSocket handshake with an upgrade needs HTTP/1.1.";
        if (!HasToken(headers.Upgrade, "websocket"))
            return "The Upgrade header does not name websocket.";
        if (!HasToken(headers.Connection, "upgrade"))
            return "The Connection header does not name upgrade.";
        return VersionFault(headers) ?? (IsKey(headers.SecWebSocketKey) ? null : "The Sec-WebSocket-Key header is not 16 bytes in base64.");
    }

    /// <summary>The same for an HTTP/2 extended CONNECT (RFC 8441), which has no key and no Upgrade header.</summary>
    public static string? ValidateExtendedConnect(HttpRequest request) => VersionFault(request.Headers);

    /// <summary>The Sec-WebSocket-Accept value for a key that <see cref="Validate"/> let pass.</summary>
    public static string AcceptKey(string key)
    {
        // RFC 6455 1.3: the same for every server
        var suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;
        Span<byte> salted = stackalloc byte[KeyLength + suffix.Length];
        Encoding.ASCII.GetBytes(key.AsSpan(0, KeyLength), salted);
        suffix.CopyTo(salted[KeyLength..]);

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // the protocol prescribes SHA-1; nothing is kept secret by it
        SHA1.HashData(salted, hash);
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }

    /// <summary>Whether the request is for the version of the protocol that is served.</summary>
    public static bool HasVersion(IHeaderDictionary headers) => headers.SecWebSocketVersion is [{ } version] && version == Version;

    private static string? VersionFault(IHeaderDictionary headers) => HasVersion(headers) ? null : $"The Sec-WebSocket-Version header is not {Version}.";

    private static bool IsKey(StringValues values) =>
        values is [{ Length: KeyLength } key] && Base64.IsValid(key, out var size) && size == 16;

    /// <summary>Looks in all the comma-separated lists of a header that may come more than once.</summary>
    private static bool HasToken(StringValues values, string token)
    {
        foreach (var value in values)
        {
            var list = value.AsSpan();
            foreach (var range in list.Split(','))
            {
                if (list[range].Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }
}
