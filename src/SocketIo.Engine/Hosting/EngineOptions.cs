using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine;

/// <summary>Options of the Engine.IO layer. Defaults are the reference's. Read once, when the endpoint is mapped.</summary>
public class EngineOptions
{
    /// <summary>The path served when the mapping names none. Default "/engine.io".</summary>
    public string Path { get; set; } = "/engine.io";

    /// <summary>
    /// Whether the path is served with a trailing slash only ("/engine.io/", what stock clients ask for). False serves both forms,
    /// for clients with <c>addTrailingSlash: false</c>. Default true.
    /// </summary>
    public bool AddTrailingSlash { get; set; } = true;

    /// <summary>How long after the handshake or the last pong the server sends a ping. Default 25 s.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long the server waits for the pong before it closes the connection. Default 20 s.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long an upgrade may take from the WebSocket's arrival to its upgrade packet. Default 10 s.</summary>
    public TimeSpan UpgradeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The largest message from a client, in bytes: one WebSocket message or one POST body. Told to clients as <c>maxPayload</c>.
    /// Over it: WebSocket close 1009, HTTP 413. Default 1,000,000.
    /// </summary>
    public int MaxHttpBufferSize { get; set; } = 1_000_000;

    /// <summary>The transports that are served. Default both.</summary>
    public EngineTransports Transports { get; set; } = EngineTransports.All;

    /// <summary>Whether a polling session is offered the upgrade to WebSocket. Default true.</summary>
    public bool AllowUpgrades { get; set; } = true;

    /// <summary>
    /// Whether clients of Engine.IO protocol 3 may connect: the JavaScript clients before 3.0 and most old ones of other languages.
    /// Such a client is in the namespace "/" without asking, has no auth (of another namespace the query in its name is the auth), and
    /// gets a refusal as an <c>error</c> event. Its socket's id is made of the session's id, with which others could
    /// speak for it: keep it out of messages to others. Off, these clients are refused with error code 5, "Unsupported protocol
    /// version". A client that names no version counts as one of them. Default false.
    /// </summary>
    public bool AllowEIO3 { get; set; }

    /// <summary>
    /// Decides on each handshake (not on later requests of a session), before anything is allocated for it. Default: all pass.
    /// An exception refuses the request with error code 4.
    /// </summary>
    public Func<HttpContext, ValueTask<AllowRequestResult>>? AllowRequest { get; set; }

    /// <summary>
    /// Makes the ids of sessions (the reference's <c>generateId</c>), for routing by them; null, the default, takes 120 random bits.
    /// Whoever knows an id can speak for the client, so it must not be guessed, and no two sessions may have the same. It has 1 to 128
    /// letters and digits of ASCII, "-", "_", "." or "~". Another one, one that is in use, and an exception refuse the handshake with
    /// error code 3 and are logged as errors. A Socket.IO socket has an id of its own besides.
    /// </summary>
    public Func<HttpContext, ValueTask<string>>? GenerateId { get; set; }

    /// <summary>
    /// The cookie that carries the session id, for load balancers with sticky sessions; null sends none (default). A name of null
    /// gives "io"; <see cref="CookieBuilder"/>'s own defaults hold for the rest. The value is as secret as the session id.
    /// </summary>
    public CookieBuilder? Cookie { get; set; }

    /// <summary>
    /// Cross-origin rules applied by the engine itself, preflight included; null leaves them to the application's own middleware
    /// (<c>RequireCors</c>). Default null.
    /// </summary>
    public CorsPolicy? Cors { get; set; }

    /// <summary>The most bytes queued for one connection before <see cref="SlowConsumerPolicy"/> applies. Default 1 MiB.</summary>
    public int MaxQueuedBytes { get; set; } = 1024 * 1024;

    /// <summary>What happens past <see cref="MaxQueuedBytes"/>. Default <see cref="SlowConsumerPolicy.Disconnect"/>.</summary>
    public SlowConsumerPolicy SlowConsumerPolicy { get; set; } = SlowConsumerPolicy.Disconnect;

    /// <summary>
    /// Whether plaintext HTTP/1.1 WebSockets write to the connection's socket directly instead of through the server's pipe.
    /// Turn it off where connection middleware transforms the bytes. A client that speaks before it has read the open packet, which
    /// the protocol does not allow, may get its answer ahead of that packet. Default true.
    /// </summary>
    public bool DirectSocketWrites { get; set; } = true;

    /// <summary>
    /// Compresses the answers of long-polling; null never does. What is emitted with <c>Compress(false)</c> does not make an answer
    /// compressed. Default on.
    /// </summary>
    public HttpCompressionOptions? HttpCompression { get; set; } = new();

    /// <summary>Compresses messages on WebSockets with clients that offer it; null never does. Default null.</summary>
    public PerMessageDeflateOptions? PerMessageDeflate { get; set; }

    /// <summary>Calls into the handling of requests.</summary>
    public EngineEvents Events { get; } = new();

    /// <summary>Throws where a value cannot work.</summary>
    /// <exception cref="ArgumentException">Names the option.</exception>
    public virtual void Validate()
    {
        if (string.IsNullOrEmpty(Path) || Path[0] != '/')
            throw new ArgumentException($"{nameof(Path)} must start with '/'.");
        Positive(PingInterval, nameof(PingInterval));
        Positive(PingTimeout, nameof(PingTimeout));
        Positive(UpgradeTimeout, nameof(UpgradeTimeout));
        Positive(MaxHttpBufferSize, nameof(MaxHttpBufferSize));
        Positive(MaxQueuedBytes, nameof(MaxQueuedBytes));
        if (Transports is EngineTransports.None || (Transports & ~EngineTransports.All) != 0)
            throw new ArgumentException($"{nameof(Transports)} must name at least one transport.");
        HttpCompression?.Validate();
        PerMessageDeflate?.Validate();
        if (!Enum.IsDefined(SlowConsumerPolicy))
            throw new ArgumentException($"{nameof(SlowConsumerPolicy)} has no value {SlowConsumerPolicy}.");
    }

    /// <summary>Throws unless <paramref name="value"/> is above zero and fits a timer.</summary>
    /// <exception cref="ArgumentException">Names the option.</exception>
    private protected static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
            throw new ArgumentException($"{name} must be above zero and at most {int.MaxValue} milliseconds, not {value}.");
    }

    /// <summary>Throws unless <paramref name="value"/> is above zero.</summary>
    /// <exception cref="ArgumentException">Names the option.</exception>
    private protected static void Positive(int value, string name)
    {
        if (value <= 0)
            throw new ArgumentException($"{name} must be above zero, not {value}.");
    }
}
