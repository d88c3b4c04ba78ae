using System.Net;
using System.Text;
using SocketIo.Engine;
using SocketIo.Functional.Tests.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.OldClients;

/// <summary>The exact bytes of Engine.IO protocol 3.</summary>
public class OldWireTests
{
    private const string Polling = "EIO=3&transport=polling";
    private const string Octets = "application/octet-stream";

    [TestCase(Polling)]
    [TestCase("transport=polling")]
    public async Task Without_the_option_the_version_is_not_supported(string query)
    {
        await using var host = await EngineHost.StartAsync();
        using var client = RawPolling.Create(host.Address);
        using var response = await client.GetAsync(query);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"code":5,"message":"Unsupported protocol version"}"""));
    }

    [TestCase(Polling)]
    [TestCase("transport=polling")]
    public async Task Text_is_polled_and_posted_with_its_length(string query)
    {
        await using var host = await StartAsync();
        using var http = Http(host);
        var sid = await OpenAsync(http, query);
        Assert.That(await PostAsync(http, query, sid, "3:4😀1:2"u8.ToArray()), Is.EqualTo("ok"));
        Assert.That(await GetAsync(http, query, sid), Is.EqualTo("text/plain; charset=UTF-8 3:4😀1:3"));
        Assert.That(host.Session(sid).Protocol, Is.EqualTo(3));
    }

    [TestCase(Polling, "EIO=4&transport=polling", "1:2")]
    [TestCase("EIO=4&transport=polling", Polling, "2")]
    [TestCase("EIO=4&transport=polling", "transport=polling", "2")]
    public async Task A_request_of_another_version_than_the_sessions_is_a_bad_one_and_the_session_goes_on(string query, string other, string ping)
    {
        await using var host = await StartAsync();
        using var http = Http(host);
        await http.GetStringAsync("/engine.io/?" + query);
        var sid = host.App.Sessions.Keys.Single();
        using var get = await http.GetAsync(Target(other, sid));
        using var post = await http.PostAsync(Target(other, sid), new StringContent(ping));
        foreach (var response in (HttpResponseMessage[])[get, post])
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"code":3,"message":"Bad request"}"""));
        }
        Assert.That(host.Session(sid).IsOpen);
    }

    [Test]
    public async Task Binary_is_polled_and_posted_in_the_binary_form()
    {
        await using var host = await StartAsync();
        using var http = Http(host);
        var sid = await OpenAsync(http, Polling);
        Assert.That(await PostAsync(http, Polling, sid, [1, 3, 255, 4, 9, 8, 0, 2, 255, .. "4a"u8], Octets), Is.EqualTo("ok"));
        using var response = await http.GetAsync(Target(Polling, sid));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo(Octets));
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.EqualTo((byte[])[1, 3, 255, 4, 9, 8, 0, 2, 255, .. "4a"u8]));
    }

    [Test]
    public async Task A_client_without_binary_gets_and_posts_base64()
    {
        const string query = Polling + "&b64=1";
        await using var host = await StartAsync();
        using var http = Http(host);
        var sid = await OpenAsync(http, query);
        Assert.That(await PostAsync(http, query, sid, "10:b4AQIDBA=="u8.ToArray()), Is.EqualTo("ok"));
        Assert.That(await GetAsync(http, query, sid), Is.EqualTo("text/plain; charset=UTF-8 10:b4AQIDBA=="));
    }

    [Test]
    public async Task A_script_is_polled_and_a_form_is_posted()
    {
        const string query = Polling + "&j=7;";
        await using var host = await StartAsync();
        using var http = Http(host);
        var open = await http.GetStringAsync("/engine.io/?" + query);
        Assert.That(open, Does.StartWith("___eio[7](\"").And.EndWith("\");"));
        var sid = host.App.Sessions.Keys.Single();
        var form = "d=" + Uri.EscapeDataString("4:4\"\\n\u2028") + "&x=1";
        Assert.That(await PostAsync(http, query, sid, Encoding.UTF8.GetBytes(form), "application/x-www-form-urlencoded"), Is.EqualTo("ok"));
        host.Session(sid).Send([1, 2]);
        Assert.That(
            await GetAsync(http, query, sid), Is.EqualTo("""text/plain; charset=UTF-8 ___eio[7]("4:4\"\n\u20286:b4AQI=");"""));
    }

    [TestCase("Mozilla/4.0 (compatible;MSIE 8.0)", true)]
    [TestCase("Mozilla/5.0 (Trident/7.0; rv:11.0)", true)]
    [TestCase("Mozilla/5.0", false)]
    public async Task Internet_Explorer_s_filter_is_turned_off(string agent, bool expected)
    {
        await using var host = await StartAsync();
        using var http = Http(host);
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent);
        using var open = await http.GetAsync("/engine.io/?" + Polling);
        using var post = await http.PostAsync(Target(Polling, host.App.Sessions.Keys.Single()), new StringContent("1:2"));
        foreach (var response in new[] { open, post })
            Assert.That(response.Headers.Contains("X-XSS-Protection"), Is.EqualTo(expected));
    }

    [TestCase("4a")]
    [TestCase("3:4a")]
    [TestCase("")]
    [TestCase("2:7a")]
    [TestCase("1:3")]
    public async Task A_post_that_is_not_of_the_protocol_ends_the_session(string body)
    {
        await using var host = await StartAsync();
        using var http = Http(host);
        var sid = await OpenAsync(http, Polling);
        await PostAsync(http, Polling, sid, Encoding.UTF8.GetBytes(body));
        await host.HasNoSessions();
        Assert.That(host.App.Closed.Single(), Is.AnyOf(DisconnectReason.ParseError, DisconnectReason.TransportError));
    }

    [Test]
    public async Task A_post_over_the_limit_is_refused_and_one_of_just_the_limit_is_not()
    {
        await using var host = await StartAsync(options => options.MaxHttpBufferSize = 20);
        using var http = Http(host);
        var sid = await OpenAsync(http, Polling);
        Assert.That(await PostAsync(http, Polling, sid, "17:4aaaaaaaaaaaaaaaa"u8.ToArray()), Is.EqualTo("ok"));
        using var response = await http.PostAsync(Target(Polling, sid), new StringContent("18:4aaaaaaaaaaaaaaaaa"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task On_a_WebSocket_binary_has_its_type_in_front_and_pings_are_answered()
    {
        await using var host = await StartAsync();
        using var socket = await OpenAsync(host, "EIO=3&transport=websocket");
        await socket.SendAsync([4, 1, 2]);
        var binary = await socket.ReadAsync();
        await socket.SendAsync("2");
        await socket.SendAsync("2more");
        await socket.SendAsync("b4AQI=");
        Assert.Multiple(() =>
        {
            Assert.That(binary.Opcode, Is.EqualTo(2));
            Assert.That(binary.Payload, Is.EqualTo(new byte[] { 4, 1, 2 }));
        });
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("3"));
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("3more"));
        Assert.That((await socket.ReadAsync()).Payload, Is.EqualTo(new byte[] { 4, 1, 2 }));
    }

    [Test]
    public async Task On_a_WebSocket_without_binary_it_is_text()
    {
        await using var host = await StartAsync();
        using var socket = await OpenAsync(host, "EIO=3&transport=websocket&b64=1");
        await socket.SendAsync([4, 1, 2]);
        Assert.That((await socket.ReadAsync()).ToString(), Is.EqualTo("b4AQI="));
    }

    [Test]
    public async Task A_binary_packet_that_is_no_message_ends_the_session()
    {
        await using var host = await StartAsync();
        using var socket = await OpenAsync(host, "EIO=3&transport=websocket");
        await socket.SendAsync([2, 1]);
        Assert.That((await socket.ReadAsync()).CloseCode, Is.EqualTo(1002));
        Assert.That(host.App.Closed, Is.EqualTo(new[] { DisconnectReason.ParseError }));
    }

    [Test]
    public async Task An_upgrade_is_probed_and_pings_are_answered_before_and_after()
    {
        await using var host = await StartAsync();
        using var http = Http(host);
        var sid = await OpenAsync(http, Polling);
        using var socket = await RawWebSocket.ConnectAsync(host.Address, Target("EIO=3&transport=websocket", sid));
        var poll = GetAsync(http, Polling, sid);
        await Deadlines.Eventually(() => host.Session(sid).CurrentTransport.IsWritable);
        await socket.SendAsync("2probe");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("3probe"));
        Assert.That(await poll.WithDeadline(), Does.EndWith(" 1:6"));
        await PostAsync(http, Polling, sid, "1:2"u8.ToArray());
        Assert.That(await GetAsync(http, Polling, sid), Does.EndWith(" 1:3"));
        await socket.SendAsync("5");
        await socket.SendAsync("2");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("3"));
    }

    [Test]
    public async Task A_client_that_does_not_ping_is_closed_and_is_not_pinged()
    {
        var clock = new ManualClock();
        await using var host = await StartAsync(time: clock);
        using var socket = await OpenAsync(host, "EIO=3&transport=websocket");
        var next = socket.ReadAsync();
        for (var passed = 0; passed < 44; passed++)
            clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(next.IsCompleted, Is.False);
        await Deadlines.Eventually(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
            return next.IsCompleted;
        });
        Assert.That((await next).ToString(), Is.EqualTo("close 1000 ping timeout"));
        Assert.That(host.App.Closed, Is.EqualTo(new[] { DisconnectReason.PingTimeout }));
    }

    [Test]
    public async Task The_default_namespace_is_joined_unasked_and_others_with_a_query()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Of("/admin"), options => options.AllowEngineIo3 = true);
        using var socket = await RawWebSocket.ConnectAsync(server.Address, "/socket.io/?EIO=3&transport=websocket");
        var open = await socket.ReadAsync();
        Assert.That(open.Text, Does.StartWith("0{\"sid\":"));
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("40"));
        await socket.SendAsync("40/admin?token=x&token=y,");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("40/admin,"));
        Assert.That(server.Io.Of("/admin").Sockets.Values.Single().Handshake.Auth.ToString(), Is.EqualTo("""{"token":"y"}"""));
        await socket.SendAsync("40/none,");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("""44/none,{"message":"Invalid namespace"}"""));
        await socket.WriteRawAsync(RawWebSocket.CloseFrame(1000));
        await socket.ReadToEndAsync();
    }

    private static Task<EngineHost> StartAsync(Action<EngineOptions>? configure = null, TimeProvider? time = null) =>
        EngineHost.StartAsync(
            options =>
            {
                options.AllowEngineIo3 = true;
                configure?.Invoke(options);
            },
            time: time);

    private static HttpClient Http(EngineHost host) => new() { BaseAddress = host.Address, Timeout = Deadlines.Default };

    private static string Target(string query, string sid) => $"/engine.io/?{query}&sid={sid}";

    private static async Task<string> OpenAsync(HttpClient http, string query)
    {
        var open = await http.GetStringAsync("/engine.io/?" + query);
        var packet = open[(open.IndexOf(':', StringComparison.Ordinal) + 1)..];
        Assert.That(open, Is.EqualTo($"{packet.Length}:{packet}").And.Contains(":0{\"sid\":\""));
        return packet.Split('"')[3];
    }

    private static async Task<RawWebSocket> OpenAsync(EngineHost host, string query)
    {
        var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/?" + query);
        Assert.That((await socket.ReadAsync()).Text, Does.StartWith("0{\"sid\":"));
        return socket;
    }

    private static async Task<string> GetAsync(HttpClient http, string query, string sid)
    {
        using var response = await http.GetAsync(Target(query, sid));
        return $"{response.Content.Headers.ContentType} {await response.Content.ReadAsStringAsync()}";
    }

    private static async Task<string> PostAsync(
        HttpClient http, string query, string sid, byte[] body, string contentType = "text/plain;charset=UTF-8")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await http.PostAsync(Target(query, sid), content);
        return await response.Content.ReadAsStringAsync();
    }
}
