using System.Net;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class ErrorAnswerTests
{
    private const string UnknownTransport = """{"code":0,"message":"Transport unknown"}""";
    private const string UnknownSession = """{"code":1,"message":"Session ID unknown"}""";
    private const string BadMethod = """{"code":2,"message":"Bad handshake method"}""";
    private const string BadRequest = """{"code":3,"message":"Bad request"}""";
    private const string UnsupportedVersion = """{"code":5,"message":"Unsupported protocol version"}""";

    private readonly List<ConnectionError> _errors = [];
    private EngineHost _host = null!;

    [OneTimeSetUp]
    public async Task Start() => _host = await EngineHost.StartAsync(options => options.Events.OnConnectionError(error =>
    {
        lock (_errors)
            _errors.Add(error);
    }));

    [SetUp]
    public void ExpectTheWarning() => _host.Log.Expect("a proxy in front of the server");

    [OneTimeTearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [TestCase("GET", "EIO=4", UnknownTransport)]
    [TestCase("GET", "EIO=4&transport=tobi", UnknownTransport)]
    [TestCase("GET", "EIO=4&transport=constructor", UnknownTransport)]
    [TestCase("GET", "EIO=4&transport=__proto__", UnknownTransport)]
    [TestCase("GET", "EIO=4&transport=POLLING", UnknownTransport)]
    [TestCase("GET", "EIO=4&transport=webtransport", UnknownTransport)]
    [TestCase("POST", "EIO=4&transport=tobi&sid=x", UnknownTransport)]
    [TestCase("GET", "EIO=4&transport=polling&sid=test", UnknownSession)]
    [TestCase("POST", "EIO=4&transport=polling&sid=test", UnknownSession)]
    [TestCase("GET", "EIO=4&transport=websocket&sid=test", UnknownSession)]
    [TestCase("POST", "EIO=4&transport=polling", BadMethod)]
    [TestCase("OPTIONS", "EIO=4&transport=polling", BadMethod)]
    [TestCase("PATCH", "EIO=4&transport=polling", BadMethod)]
    [TestCase("DELETE", "EIO=4&transport=websocket", BadMethod)]
    [TestCase("GET", "EIO=4&transport=websocket", BadRequest)]
    [TestCase("GET", "EIO=3&transport=polling", UnsupportedVersion)]
    [TestCase("GET", "transport=polling", UnsupportedVersion)]
    [TestCase("GET", "EIO=5&transport=polling", UnsupportedVersion)]
    public async Task A_bad_request_is_answered_with_its_code(string method, string query, string body)
    {
        using var client = RawPolling.Create(_host.Address);
        using var response = await client.GetAsync(query, new HttpMethod(method));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(body));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        lock (_errors)
            Assert.That(body, Is.EqualTo($$"""{"code":{{_errors[^1].Code}},"message":"{{_errors[^1].Message}}"}"""));
    }

    [TestCase("EIO=3&transport=polling")]
    [TestCase("transport=polling")]
    public async Task The_log_and_the_event_name_the_option_that_lets_an_old_client_in_and_the_answer_does_not(string query)
    {
        using var client = RawPolling.Create(_host.Address);
        using var response = await client.GetAsync(query);
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(UnsupportedVersion));
        Assert.That(_host.Log.Entries.Last(entry => entry.Category == "SocketIo.Engine").Message, Does.Contain(nameof(EngineOptions.AllowEngineIo3)));
        lock (_errors)
            Assert.That(_errors[^1].Detail, Does.Contain(nameof(EngineOptions.AllowEngineIo3)));
    }

    [Test]
    public async Task A_HEAD_request_opens_no_session()
    {
        using var client = RawPolling.Create(_host.Address);
        var sessions = _host.SessionCount;
        using var response = await client.GetAsync(method: HttpMethod.Head);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(_host.SessionCount, Is.EqualTo(sessions));
    }

    [TestCase("")]
    [TestCase("&sid=")]
    public async Task The_first_request_for_a_WebSocket_that_is_none_is_a_warning_that_says_what_to_configure(string sid)
    {
        await using var host = await EngineHost.StartAsync();
        host.Log.Expect("a proxy in front of the server");
        using var client = await RawPolling.OpenAsync(host.Address);
        using var http = new HttpClient { BaseAddress = host.Address };
        for (var i = 0; i < 3; i++)
        {
            using var response = await http.GetAsync(
                new Uri("/engine.io/?EIO=4&transport=websocket" + sid + (sid.Length > 0 ? client.Sid : ""), UriKind.Relative));
            Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(BadRequest));
        }
        var warning = host.Log.Entries.Single(entry => entry.Level is LogLevel.Warning).Message;
        foreach (var part in new[] { "Connection: Upgrade", "Upgrade: websocket", "proxy_set_header" })
            Assert.That(warning, Does.Contain(part));
        await client.PostAsync("1");
    }

    [TestCase("", "Transport unknown")]
    [TestCase("EIO=4&transport=tobi", "Transport unknown")]
    [TestCase("EIO=4&transport=websocket&sid=test", "Session ID unknown")]
    [TestCase("EIO=4&transport=polling", "Bad request")]
    [TestCase("EIO=3&transport=websocket", "Unsupported protocol version")]
    [TestCase("transport=websocket", "Unsupported protocol version")]
    public async Task A_bad_upgrade_request_is_answered_with_400_and_the_text(string query, string message)
    {
        using var client = await RawWebSocket.ConnectAsync(_host.Address, "/engine.io/?" + query);
        Assert.That(client.Status, Is.EqualTo(400));
        Assert.That(client.Body, Does.Contain(message));
        Assert.That(client.Response, Does.Contain("Connection: close").And.Contain("Content-Type: text/html"));
    }

    [Test]
    public async Task A_WebSocket_handshake_without_a_proper_key_is_a_bad_request()
    {
        using var client = await RawWebSocket.ConnectAsync(
            _host.Address, "/engine.io/?EIO=4&transport=websocket", "Sec-WebSocket-Key: again\r\n");
        Assert.That(client.Status, Is.EqualTo(400));
        Assert.That(client.Body, Does.Contain("Bad request"));
    }

    [TestCase("")]
    [TestCase("&sid=")]
    public async Task A_WebSocket_handshake_of_another_version_is_told_the_version_that_is_served(string sid)
    {
        using var polling = await RawPolling.OpenAsync(_host.Address);
        using var client = await RawWebSocket.ConnectAsync(
            _host.Address, "/engine.io/?EIO=4&transport=websocket" + (sid == "" ? "" : sid + polling.Sid), "Sec-WebSocket-Version: 8\r\n");
        Assert.That(client.Status, Is.EqualTo(400));
        Assert.That(client.Response, Does.Contain("Sec-WebSocket-Version: 13"));
        await polling.PostAsync("1");
    }

    [Test]
    public async Task A_poll_of_a_session_that_is_a_WebSocket_is_a_bad_request([Values("GET", "POST")] string method)
    {
        using var socket = await RawWebSocket.OpenAsync(_host.Address);
        using var client = RawPolling.Create(_host.Address);
        using var response = await client.GetAsync("EIO=4&transport=polling&sid=" + socket.Sid, new HttpMethod(method));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(BadRequest));
        await socket.SendAsync("4still here");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4still here"));
    }

    [Test]
    public async Task A_request_for_a_WebSocket_that_is_none_is_a_bad_request_and_polling_goes_on()
    {
        using var client = await RawPolling.OpenAsync(_host.Address);
        using var response = await client.GetAsync("EIO=4&transport=websocket");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(BadRequest));
        await client.PostAsync("4still here");
        Assert.That(await client.PollAsync(), Is.EqualTo(new[] { "4still here" }));
        await client.PostAsync("1");
    }

    [Test]
    public async Task Nonsense_right_behind_a_WebSocket_handshake_ends_that_connection_only()
    {
        const string Target = "/engine.io/?EIO=4&transport=websocket";
        using var polling = await RawPolling.OpenAsync(_host.Address);
        using var opener = await RawWebSocket.ConnectAsync(_host.Address, Target, "\r\ntest");
        var (frames, _) = await opener.ReadToEndAsync();
        Assert.That(frames[^1].CloseCode, Is.EqualTo(1002));
        try
        {
            using var candidate = await RawWebSocket.ConnectAsync(_host.Address, $"{Target}&sid={polling.Sid}", "\r\ntest");
            (frames, _) = await candidate.ReadToEndAsync();
            Assert.That(frames.Select(static frame => frame.Opcode), Is.Empty.Or.EqualTo(new[] { 8 }));
        }
        catch (IOException)
        {
            // cut off before its answer had left
        }
        await Deadlines.Eventually(() => _host.Session(polling.Sid).State is SessionState.Open);
        await polling.PostAsync("4still here");
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "4still here" }));
        using var other = await RawWebSocket.OpenAsync(_host.Address);
        await other.SendAsync("4fine");
        Assert.That((await other.ReadAsync()).Text, Is.EqualTo("4fine"));
        await polling.PostAsync("1");
    }

    [TestCase("PUT")]
    [TestCase("DELETE")]
    [TestCase("PATCH")]
    [TestCase("HEAD")]
    [TestCase("OPTIONS")]
    public async Task Other_methods_on_a_session_are_not_allowed(string method)
    {
        using var client = await RawPolling.OpenAsync(_host.Address);
        using var response = await client.GetAsync(method: new HttpMethod(method));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(response.Content.Headers.Allow, Is.EquivalentTo(new[] { "GET", "POST" }));
        await client.PostAsync("4still here");
        Assert.That(await client.PollAsync(), Is.EqualTo(new[] { "4still here" }));
        await client.PostAsync("1");
    }
}
