using System.Buffers;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SocketIo.Engine.Polling;

/// <summary>
/// Kestrel calls a body of a known length incomplete when its last bytes are read together with the connection's end, though they
/// are all there. They lie in the connection's pipe still.
/// </summary>
internal static class KestrelBody
{
    /// <summary>The bytes that follow those that were read, when they have all come; else null.</summary>
    public static byte[]? FindRest(HttpContext context, int taken)
    {
        var rest = context.Request.ContentLength - taken;
        if (rest is not > 0 || !IsPlain(context) || context.Features.Get<IConnectionTransportFeature>()?.Transport.Input is not { } input)
            return null;
        try
        {
            if (!input.TryRead(out var read))
                return null;
            var found = read.Buffer.Length >= rest ? read.Buffer.Slice(0, rest.Value).ToArray() : null;
            input.AdvanceTo(read.Buffer.Start);
            return found;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            // reset, or somebody else reads
            return null;
        }
    }

    // HTTP/2 has frames in the pipe, and middleware may have put another body in the place (what it decompressed, for one).
    private static bool IsPlain(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) && context.Request.Body.GetType().Assembly == typeof(KestrelServer).Assembly;
}
