using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

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
    /// Over it: WebSocket close 1009, HTTP 413. In Socket.IO also the most bytes of auth that a connection's sockets keep in all; one
    /// more is refused with <c>connect_error</c> "Too much auth". Default 1,000,000.
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
    public bool AllowEngineIo3 { get; set; }

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
    /// The cookie that carries the session id, for load balancers with sticky sessions: <c>new()</c> for the reference's defaults, which
    /// keep scripts and other sites from it. The value is as secret as the session id. Null, the default, sends none.
    /// </summary>
    public SessionCookieBuilder? Cookie { get; set; }

    /// <summary>
    /// Cross-origin rules applied by the engine itself, preflight included; null leaves them to the application's own middleware
    /// (<c>RequireCors</c>). Default null. Browsers keep them for polling, not for WebSockets, which any site may open: where that
    /// matters, check the request's Origin in <see cref="AllowRequest"/>.
    /// </summary>
    public CorsPolicy? Cors { get; set; }

    /// <summary>
    /// The most sessions at once. One more handshake is refused with HTTP 503 and Retry-After; the log says so once a minute, and the
    /// metric <c>socketio.server.handshake.limited</c> counts each. An idle session costs 5 to 10 KB, one with a slow client up to
    /// <see cref="MaxQueuedBytes"/> besides. Sessions that close count until their connection has ended. <see cref="int.MaxValue"/> is no
    /// limit. Default 100,000.
    /// </summary>
    public int MaxSessions { get; set; } = 100_000;

    /// <summary>
    /// The most sessions at once from one remote address, for IPv6 from one network of 64 bits. One more handshake is refused with HTTP
    /// 429 and Retry-After. A number holds for every address. Null, the default, is 10,000 for public addresses, and no limit for those of
    /// this host and of private networks.
    /// </summary>
    /// <remarks>
    /// The address is <see cref="ConnectionInfo.RemoteIpAddress"/>: behind a reverse proxy it is the proxy's, one for all clients. That is
    /// why private addresses have no limit by default; a proxy with a public address, as a CDN has, needs more. Where middleware that runs
    /// before the endpoint puts the client's address in the place of the proxy's (<c>UseForwardedHeaders</c>, for proxies that it knows),
    /// the limit is that of the client.
    /// </remarks>
    public int? MaxSessionsPerAddress { get; set; }

    /// <summary>
    /// The most bytes queued for one connection before <see cref="SlowConsumerPolicy"/> applies to messages. Control packets
    /// (acknowledgements, pings and pongs, the answers to connects, disconnects) may take the queue up to twice as many; past that the
    /// connection is closed with either policy. A single message of any size fits an empty queue, and what follows it has all the bytes
    /// while it is written. Default 1 MiB.
    /// </summary>
    public int MaxQueuedBytes { get; set; } = 1024 * 1024;

    /// <summary>What happens past <see cref="MaxQueuedBytes"/>. Default <see cref="SlowConsumerPolicy.Disconnect"/>.</summary>
    public SlowConsumerPolicy SlowConsumerPolicy { get; set; } = SlowConsumerPolicy.Disconnect;

    /// <summary>
    /// Whether plaintext HTTP/1.1 WebSockets write to the connection's socket directly instead of through the server's pipe.
    /// Such writes begin once the client has answered a WebSocket ping frame, which the server sends with its second message, or with the
    /// answer to the probe of an upgrade: only then is it certain that the pipe is empty. A client whose answers are always overtaken by
    /// the next message is asked four times; the last time, the next message waits for the answer, up to 250 ms. A client that answers no
    /// ping frames is written to through the pipe. Turn it off where connection middleware transforms the bytes. Default true.
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
    /// <exception cref="ArgumentException">Names each such option, with its value.</exception>
    public void Validate()
    {
        if (FindFaults() is { Count: > 0 } faults)
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>What cannot work, a sentence for each option.</summary>
    internal IReadOnlyList<string> FindFaults()
    {
        var check = new OptionCheck();
        Check(check);
        return check.Faults;
    }

    /// <summary>How long the application may take to decide about a handshake.</summary>
    internal virtual TimeSpan HandshakeTimeout => TimeSpan.FromSeconds(45);

    private protected virtual void Check(OptionCheck check)
    {
        check.Require(EnginePath.IsValid(Path), nameof(Path), EnginePath.Rule, Path);
        check.Positive(PingInterval, nameof(PingInterval));
        check.Positive(PingTimeout, nameof(PingTimeout));
        check.Positive(UpgradeTimeout, nameof(UpgradeTimeout));
        check.Positive(MaxHttpBufferSize, nameof(MaxHttpBufferSize));
        check.Positive(MaxQueuedBytes, nameof(MaxQueuedBytes));
        check.Positive(MaxSessions, nameof(MaxSessions));
        check.Positive(MaxSessionsPerAddress ?? 1, nameof(MaxSessionsPerAddress));
        check.Require(
            Transports is not EngineTransports.None && (Transports & ~EngineTransports.All) == 0, nameof(Transports), "name at least one transport", Transports);
        check.Require(Enum.IsDefined(SlowConsumerPolicy), nameof(SlowConsumerPolicy), "be one of the policies", SlowConsumerPolicy);
        check.Require(
            Cors is not { AllowAnyOrigin: true, SupportsCredentials: true }, nameof(Cors), "name the origins where it allows credentials", "any origin");
        check.Require(IsCookieName(Cookie?.Name), $"{nameof(Cookie)}.{nameof(CookieBuilder.Name)}", "be a name that a cookie may have", Cookie?.Name);
        HttpCompression?.Check(check);
        PerMessageDeflate?.Check(check);
    }

    private bool IsCookieName(string? name)
    {
        if (Cookie is null)
            return true;
        try
        {
            _ = new SetCookieHeaderValue(name, "");
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
