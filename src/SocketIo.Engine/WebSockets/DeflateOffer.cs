using System.Globalization;

namespace SocketIo.Engine.WebSockets;

/// <summary>A client's offer of permessage-deflate (RFC 7692 7.1), one of the comma-separated elements of Sec-WebSocket-Extensions.</summary>
internal sealed class DeflateOffer
{
    public const string ExtensionName = "permessage-deflate";
    public const string ServerNoContextTakeover = "server_no_context_takeover";
    public const string ClientNoContextTakeover = "client_no_context_takeover";
    public const string ServerMaxWindowBits = "server_max_window_bits";
    public const string ClientMaxWindowBits = "client_max_window_bits";

    public const int MostWindowBits = 15;

    private bool _serverNoContextTakeover;

    private DeflateOffer()
    {
    }

    public bool HasClientNoContextTakeover { get; private set; }

    /// <summary>The largest window that the client can receive; null when it has not said.</summary>
    public int? ServerBits { get; private set; }

    /// <summary>The largest window that the client will use, if it can be told to use a smaller one; else null.</summary>
    public int? ClientBits { get; private set; }

    /// <summary>
    /// Null for another extension, and for an offer to be declined: one with a parameter that is unknown, comes twice, or has a value
    /// that it may not have (RFC 7692 7.1).
    /// </summary>
    public static DeflateOffer? TryRead(ReadOnlySpan<char> element)
    {
        var offer = new DeflateOffer();
        var isName = true;
        foreach (var range in element.Split(';'))
        {
            var part = element[range].Trim();
            if (isName ? !part.Equals(ExtensionName, StringComparison.OrdinalIgnoreCase) : !offer.TryAdd(part))
                return null;
            isName = false;
        }
        return offer;
    }

    private bool TryAdd(ReadOnlySpan<char> parameter)
    {
        var equals = parameter.IndexOf('=');
        var name = equals < 0 ? parameter : parameter[..equals].TrimEnd();
        int? bits = null;
        if (equals >= 0 && (bits = ReadBits(parameter[(equals + 1)..].TrimStart())) is null)
            return false;
        return name switch
        {
            ServerNoContextTakeover => bits is null && !_serverNoContextTakeover && (_serverNoContextTakeover = true),
            ClientNoContextTakeover => bits is null && !HasClientNoContextTakeover && (HasClientNoContextTakeover = true),
            ServerMaxWindowBits => bits is not null && ServerBits is null && (ServerBits = bits) is not null,
            ClientMaxWindowBits => ClientBits is null && (ClientBits = bits ?? MostWindowBits) is not null,
            _ => false,
        };
    }

    // RFC 7692 7.1.2: a decimal from 8 to 15 without leading zeroes. RFC 6455 9.1: it may be quoted.
    private static int? ReadBits(ReadOnlySpan<char> value)
    {
        if (value is ['"', .., '"'])
            value = value[1..^1];
        return value is not [] and not ['0', ..]
            && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits is >= 8 and <= MostWindowBits
                ? bits
                : null;
    }
}
