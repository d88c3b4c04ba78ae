using System.Net;
using System.Text;
using System.Text.Json;

namespace SocketIo.TestKit;

/// <summary>A polling client that does exactly what the test says, one HTTP request at a time.</summary>
public sealed class RawPolling : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _path;

    private RawPolling(HttpClient http, string path)
    {
        _http = http;
        _path = path;
    }

    /// <summary>The session id; empty before the handshake.</summary>
    public string Sid { get; private set; } = "";

    /// <summary>The keys of the open packet.</summary>
    public JsonElement Handshake { get; private set; }

    /// <summary>What came behind the open packet in the first answer.</summary>
    public string[] Early { get; private set; } = [];

    public static async Task<RawPolling> OpenAsync(Uri address, string path = "/engine.io/")
    {
        var client = Create(address, path);
        await client.OpenAsync();
        return client;
    }

    /// <summary>A client without a session.</summary>
    public static RawPolling Create(Uri address, string path = "/engine.io/")
    {
        var handler = new SocketsHttpHandler { UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        return new RawPolling(new HttpClient(handler) { BaseAddress = address, Timeout = Deadlines.Default }, path);
    }

    public async Task OpenAsync()
    {
        var packets = await PollAsync();
        if (packets[0][0] != '0')
            throw new InvalidOperationException("Not an open packet: " + packets[0]);
        Handshake = JsonDocument.Parse(packets[0][1..]).RootElement;
        Sid = Handshake.GetProperty("sid").GetString()!;
        Early = packets[1..];
    }

    /// <summary>One GET; its packets.</summary>
    public async Task<string[]> PollAsync()
    {
        using var response = await GetAsync();
        var body = await response.Content.ReadAsStringAsync();
        if (response.StatusCode is not HttpStatusCode.OK)
            throw new InvalidOperationException($"{(int)response.StatusCode} {body}");
        return body.Split('\u001e');
    }

    public Task<HttpResponseMessage> GetAsync(string query = "EIO=4&transport=polling", HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, Target(query));
        return SendAsync(request);
    }

    /// <summary>One POST of packets; fails unless it is answered with "ok".</summary>
    public async Task PostAsync(params string[] packets)
    {
        using var response = await PostBodyAsync(Encoding.UTF8.GetBytes(string.Join('\u001e', packets)));
        var body = await response.Content.ReadAsStringAsync();
        if (response.StatusCode is not HttpStatusCode.OK || body != "ok")
            throw new InvalidOperationException($"{(int)response.StatusCode} {body}");
    }

    public Task<HttpResponseMessage> PostBodyAsync(byte[] body, string contentType = "text/plain;charset=UTF-8")
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return PostBodyAsync(content);
    }

    public Task<HttpResponseMessage> PostBodyAsync(HttpContent content) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, Target("EIO=4&transport=polling")) { Content = content });

    /// <summary>A request of any kind; the deadline of the client holds.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken = default) =>
        _http.SendAsync(request, cancellationToken);

    public string Target(string query) => $"{_path}?{query}{(Sid.Length > 0 ? "&sid=" + Sid : "")}";

    public void Dispose() => _http.Dispose();
}
