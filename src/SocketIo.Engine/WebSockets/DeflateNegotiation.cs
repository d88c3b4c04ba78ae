using Microsoft.Extensions.Primitives;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.WebSockets;

/// <summary>Which of a client's offers of permessage-deflate is accepted, and on what terms (RFC 7692 5 and 7.1).</summary>
internal static class DeflateNegotiation
{
    /// <summary>The terms for the first offer that can be accepted, in the client's order; null when there is none.</summary>
    /// <param name="options">The server's wishes.</param>
    /// <param name="offers">The request's Sec-WebSocket-Extensions.</param>
    /// <param name="answer">The response's.</param>
    public static PerMessageDeflate? Accept(PerMessageDeflateOptions options, StringValues offers, out string answer)
    {
        foreach (var header in offers)
        {
            var list = header.AsSpan();
            foreach (var range in list.Split(','))
            {
                if (DeflateOffer.TryRead(list[range].Trim()) is { } offer)
                    return Accept(options, offer, out answer);
            }
        }
        answer = "";
        return null;
    }

    private static PerMessageDeflate Accept(PerMessageDeflateOptions options, DeflateOffer offer, out string answer)
    {
        // a server may ask for server_* and client_no_context_takeover unasked, for client_max_window_bits only if it was offered
        var noContext = options.ClientNoContextTakeover || offer.HasClientNoContextTakeover;
        var serverBits = Math.Min(options.ServerMaxWindowBits ?? DeflateOffer.MostWindowBits, offer.ServerBits ?? DeflateOffer.MostWindowBits);
        answer = $"{DeflateOffer.ExtensionName}; {DeflateOffer.ServerNoContextTakeover}";
        if (noContext)
            answer += "; " + DeflateOffer.ClientNoContextTakeover;
        if (serverBits < DeflateOffer.MostWindowBits || offer.ServerBits is not null)
            answer += $"; {DeflateOffer.ServerMaxWindowBits}={serverBits}";

        // .NET's client takes no answer for one that allows it more than it has offered
        if (offer.ClientBits is { } offered && Math.Min(offered, options.ClientMaxWindowBits ?? offered) is var clientBits and < DeflateOffer.MostWindowBits)
            answer += $"; {DeflateOffer.ClientMaxWindowBits}={clientBits}";
        
        // the window can't be set, but a message that is no longer than the window can't refer further back
        var longest = serverBits < DeflateOffer.MostWindowBits ? 1 << serverBits : int.MaxValue;
        return new PerMessageDeflate(new FrameDeflater(options.Threshold, longest), !noContext);
    }
}
