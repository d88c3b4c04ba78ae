namespace SocketIo.Engine;

/// <summary>
/// How messages on WebSockets are compressed (permessage-deflate, RFC 7692) with clients that offer it; browsers do. A message to
/// many is compressed once for all of them, which is why each is compressed by itself, without what was sent before it: every offer
/// is answered with <c>server_no_context_takeover</c>.
/// </summary>
public sealed class PerMessageDeflateOptions
{
    private const int LeastWindowBits = 8;
    private const int MostWindowBits = 15;

    /// <summary>Messages of fewer bytes are sent as they are. Default 1024.</summary>
    public int Threshold { get; set; } = 1024;

    /// <summary>
    /// Whether clients have to compress each message by itself. False lets them refer to earlier ones, which are then kept: about
    /// 50 KB for each connection that has sent something compressed. Default false.
    /// </summary>
    public bool ClientNoContextTakeover { get; set; }

    /// <summary>
    /// The window of what is sent, as a power of two from 8 to 15: a client needs no more memory than this. Longer messages are sent
    /// as they are. A client may ask for less. Null, the default, is 15.
    /// </summary>
    public int? ServerMaxWindowBits { get; set; }

    /// <summary>
    /// The largest window that clients may use, as a power of two from 8 to 15, told to those that can be told so. What clients send
    /// is understood with any window. Null, the default, leaves it to them.
    /// </summary>
    public int? ClientMaxWindowBits { get; set; }

    internal void Check(OptionCheck check)
    {
        const string Prefix = nameof(EngineOptions.PerMessageDeflate) + ".";
        check.NotNegative(Threshold, Prefix + nameof(Threshold));
        Check(check, ServerMaxWindowBits, Prefix + nameof(ServerMaxWindowBits));
        Check(check, ClientMaxWindowBits, Prefix + nameof(ClientMaxWindowBits));
    }

    private static void Check(OptionCheck check, int? bits, string name) =>
        check.Require(bits is null or (>= LeastWindowBits and <= MostWindowBits), name, "be from 8 to 15", bits);
}
