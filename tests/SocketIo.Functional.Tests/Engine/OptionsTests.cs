using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class OptionsTests
{
    private const string PollingQuery = "?EIO=4&transport=polling";
    private const string WebSocketQuery = "?EIO=4&transport=websocket";

    [TestCase(EngineTransports.Polling)]
    [TestCase(EngineTransports.WebSocket)]
    public async Task A_transport_that_is_not_served_is_unknown(EngineTransports served)
    {
        await using var host = await EngineHost.StartAsync(options => options.Transports = served);
        using var polling = RawPolling.Create(host.Address);
        using var response = await polling.GetAsync();
        using var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/" + WebSocketQuery);
        var isPolling = served is EngineTransports.Polling;
        Assert.That(response.StatusCode, Is.EqualTo(isPolling ? HttpStatusCode.OK : HttpStatusCode.BadRequest));
        Assert.That(socket.Status, Is.EqualTo(isPolling ? 400 : 101));
        Assert.That(
            isPolling ? socket.Body : await response.Content.ReadAsStringAsync(), Does.Contain("Transport unknown"));
        if (isPolling)
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"upgrades\":[]"));
    }

    [Test]
    public async Task The_path_and_its_trailing_slash_are_as_the_options_say([Values] bool addTrailingSlash)
    {
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.Path = "/my/engine";
            options.AddTrailingSlash = addTrailingSlash;
        });
        using var client = RawPolling.Create(host.Address);
        Assert.That(await StatusAsync(client, "/my/engine/" + PollingQuery), Is.EqualTo(200));
        Assert.That(await StatusAsync(client, "/my/engine" + PollingQuery), Is.EqualTo(addTrailingSlash ? 404 : 200));
        Assert.That(await StatusAsync(client, "/engine.io/" + PollingQuery), Is.EqualTo(404));
        Assert.That(await StatusAsync(client, "/my/engineering/" + PollingQuery), Is.EqualTo(404));
        using var socket = await RawWebSocket.ConnectAsync(host.Address, "/my/engine" + WebSocketQuery);
        Assert.That(socket.Status, Is.EqualTo(addTrailingSlash ? 404 : 101));
    }

    [Test]
    public async Task What_follows_the_path_does_not_matter([Values] bool addTrailingSlash)
    {
        await using var host = await EngineHost.StartAsync(options => options.AddTrailingSlash = addTrailingSlash);
        using var client = RawPolling.Create(host.Address);
        Assert.That(await StatusAsync(client, "/engine.io/foo/bar/" + PollingQuery), Is.EqualTo(200));
        Assert.That(await StatusAsync(client, "/engine.io/default/"), Is.EqualTo(400));
    }

    [Test]
    public async Task A_route_group_puts_its_prefix_before_the_path([Values] bool addTrailingSlash)
    {
        var echo = new Echo();
        await using var server = await TestServer.StartAsync(app =>
            app.MapGroup("/api/v1").MapEngineIo("/engine.io", echo, options => options.AddTrailingSlash = addTrailingSlash));
        using var client = RawPolling.Create(server.Address);
        Assert.That(await StatusAsync(client, "/api/v1/engine.io/" + PollingQuery), Is.EqualTo(200));
        Assert.That(await StatusAsync(client, "/api/v1/engine.io" + PollingQuery), Is.EqualTo(addTrailingSlash ? 404 : 200));
        Assert.That(await StatusAsync(client, "/engine.io/" + PollingQuery), Is.EqualTo(404));
        using var socket = await RawWebSocket.OpenAsync(server.Address, "/api/v1/engine.io/");
        await socket.SendAsync("4x");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4x"));
    }

    [Test]
    public async Task A_path_base_is_no_part_of_the_path()
    {
        await using var host = await EngineHost.StartAsync(map: app =>
        {
            app.UsePathBase("/base");
            app.UseRouting();
        });
        using var client = await RawPolling.OpenAsync(host.Address, "/base/engine.io/");
        await client.PostAsync("4x");
        Assert.That(await client.PollAsync(), Is.EqualTo(new[] { "4x" }));
        Assert.That(await StatusAsync(client, "/base/engine.io" + PollingQuery), Is.EqualTo(404));
    }

    [Test]
    public async Task A_cookie_is_sent_with_the_handshake_only_and_only_if_asked_for()
    {
        await using var without = await EngineHost.StartAsync();
        using var plain = RawPolling.Create(without.Address);
        using var plainResponse = await plain.GetAsync();
        Assert.That(plainResponse.Headers.Contains("Set-Cookie"), Is.False);

        await using var host = await EngineHost.StartAsync(options => options.Cookie = new()
        {
            Path = "/custom",
            SameSite = SameSiteMode.Strict,
            HttpOnly = true,
        });
        using var client = RawPolling.Create(host.Address);
        using var response = await client.GetAsync();
        var sid = host.App.Sessions.Keys.Single();
        Assert.That(response.Headers.GetValues("Set-Cookie"), Is.EqualTo(new[] { $"io={sid}; path=/custom; samesite=strict; httponly" }));
        host.Session(sid).Send("x");
        using var poll = await client.GetAsync("EIO=4&transport=polling&sid=" + sid);
        Assert.That(poll.Headers.Contains("Set-Cookie"), Is.False);

        using var socket = await RawWebSocket.OpenAsync(host.Address);
        Assert.That(socket.Response, Does.Contain($"Set-Cookie: io={socket.Sid}; path=/custom"));
    }

    [Test]
    public async Task A_cookie_of_which_nothing_is_said_is_as_safe_as_the_references_and_what_is_said_counts()
    {
        await using var host = await EngineHost.StartAsync(options => options.Cookie = new());
        using var client = RawPolling.Create(host.Address);
        using var response = await client.GetAsync();
        Assert.That(response.Headers.GetValues("Set-Cookie"), Is.EqualTo(new[] { $"io={host.App.Sessions.Keys.Single()}; path=/; samesite=lax; httponly" }));

        await using var other = await EngineHost.StartAsync(
            options => options.Cookie = new() { HttpOnly = false, SameSite = SameSiteMode.None, SecurePolicy = CookieSecurePolicy.Always });
        using var second = RawPolling.Create(other.Address);
        using var explicitly = await second.GetAsync();
        Assert.That(explicitly.Headers.GetValues("Set-Cookie"), Is.EqualTo(new[] { $"io={other.App.Sessions.Keys.Single()}; path=/; secure; samesite=none" }));
    }

    [Test]
    public async Task A_cookie_has_the_name_of_the_options()
    {
        await using var host = await EngineHost.StartAsync(options => options.Cookie = new() { Name = "woot", HttpOnly = false });
        using var client = RawPolling.Create(host.Address);
        using var response = await client.GetAsync();
        Assert.That(
            response.Headers.GetValues("Set-Cookie").Single(),
            Does.StartWith($"woot={host.App.Sessions.Keys.Single()}").And.Not.Contain("httponly"));
    }

    [TestCase("allow", 200, 101, null)]
    [TestCase("refuse", 403, 400, "Forbidden")]
    [TestCase("refuse with a message", 403, 400, "not you")]
    [TestCase("throw", 403, 400, "Forbidden")]
    public async Task AllowRequest_decides_on_handshakes(string way, int status, int upgradeStatus, string? message)
    {
        var asked = 0;
        var errors = new List<int>();
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.Events.OnConnectionError(error => errors.Add(error.Code));
            options.AllowRequest = async context =>
            {
                Interlocked.Increment(ref asked);
                await Task.Yield();
                return way switch
                {
                    "allow" => AllowRequestResult.Allow,
                    "refuse" => AllowRequestResult.Refuse(),
                    "throw" => throw new InvalidOperationException("no"),
                    _ => AllowRequestResult.Refuse("not you"),
                };
            };
        });
        host.Log.Expect("AllowRequest threw");
        using var client = RawPolling.Create(host.Address);
        using var response = await client.GetAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        using var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/" + WebSocketQuery);
        Assert.That(socket.Status, Is.EqualTo(upgradeStatus));
        Assert.That(asked, Is.EqualTo(2));
        if (message is null)
        {
            var sid = host.App.Sessions.Values.First(session => session.Transport is EngineTransports.Polling).Id;
            host.Session(sid).Send("x");
            Assert.That(await StatusAsync(client, $"/engine.io/{PollingQuery}&sid={sid}"), Is.EqualTo(200));
            Assert.That(asked, Is.EqualTo(2), "later requests of a session are not asked about");
            return;
        }
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo($$"""{"code":4,"message":"{{message}}"}"""));
        Assert.That(socket.Body, Does.Contain(message));
        Assert.That(errors, Is.EqualTo(new[] { 4, 4 }));
    }

    [Test]
    public async Task The_application_may_make_the_ids_of_sessions()
    {
        var made = 0;
        await using var host = await EngineHost.StartAsync(options => options.GenerateId = async context =>
        {
            await Task.Yield();
            return $"{context.Request.Query["transport"]}-{Interlocked.Increment(ref made)}";
        });
        using var polling = await RawPolling.OpenAsync(host.Address);
        Assert.That(polling.Sid, Is.EqualTo("polling-1"));
        using var socket = await RawWebSocket.OpenAsync(host.Address);
        Assert.That(socket.Sid, Is.EqualTo("websocket-2"));
        await polling.PostAsync("4x");
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "4x" }));
    }

    [TestCase("")]
    [TestCase("not in a query&sid=")]
    [TestCase("in use")]
    [TestCase("exception")]
    public async Task An_id_that_cannot_be_used_refuses_the_handshake(string way)
    {
        var errors = new List<(int, string?)>();
        var made = 0;
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.Events.OnConnectionError(error => errors.Add((error.Code, error.Detail)));
            options.GenerateId = _ => Interlocked.Increment(ref made) == 1 ? new("used") : way switch
            {
                "in use" => new("used"),
                "exception" => throw new InvalidOperationException("nope"),
                _ => new(way),
            };
        });
        host.Log.Expect("GenerateId");
        using var first = await RawPolling.OpenAsync(host.Address);
        using var client = RawPolling.Create(host.Address);
        using var response = await client.GetAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"code":3,"message":"Bad request"}"""));
        using var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/" + WebSocketQuery);
        Assert.That(socket.Status, Is.EqualTo(400));
        Assert.That(errors, Is.EqualTo(new[] { (3, "ID_GENERATION_ERROR"), (3, "ID_GENERATION_ERROR") }));
        await first.PostAsync("4x");
        Assert.That(await first.PollAsync(), Is.EqualTo(new[] { "4x" }));
    }

    [Test]
    public async Task Of_two_requests_that_get_the_same_id_at_the_same_moment_the_second_is_refused([Values] bool webSocket)
    {
        var made = 0;
        var bothAsked = new TaskCompletionSource();
        var errors = new List<(int, string?)>();
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.Events.OnConnectionError(error => errors.Add((error.Code, error.Detail)));
            options.GenerateId = async _ =>
            {
                if (Interlocked.Increment(ref made) == 2)
                    bothAsked.SetResult();
                await bothAsked.Task;
                return "same";
            };
        });
        host.Log.Expect("GenerateId");
        var sockets = new ConcurrentBag<RawWebSocket>();
        async Task<int> OpenAsync()
        {
            if (webSocket)
            {
                var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/" + WebSocketQuery);
                sockets.Add(socket);
                return socket.Status == 101 ? 200 : socket.Status;
            }
            using var polling = RawPolling.Create(host.Address);
            using var response = await polling.GetAsync();
            return (int)response.StatusCode;
        }

        var statuses = await Task.WhenAll(OpenAsync(), OpenAsync()).WithDeadline();
        Assert.That(statuses, Is.EquivalentTo(new[] { 200, 400 }));
        Assert.That(errors, Is.EqualTo(new[] { (3, "ID_GENERATION_ERROR") }));
        Assert.That(host.SessionCount, Is.EqualTo(1));
        foreach (var socket in sockets)
            socket.Dispose();
    }

    [Test]
    public async Task Header_events_come_for_the_first_and_for_each_answer()
    {
        var initial = 0;
        var all = 0;
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.Events.OnInitialHeaders((context, headers) => headers["X-Initial"] = $"{++initial} {context.Request.Query["transport"]}");
            options.Events.OnHeaders((_, headers) => headers["X-All"] = "?");
            options.Events.OnHeaders((_, headers) => headers["X-All"] = $"{++all}");
        });
        using var client = RawPolling.Create(host.Address);
        using var open = await client.GetAsync();
        Assert.That(open.Headers.GetValues("X-Initial"), Is.EqualTo(new[] { "1 polling" }));
        Assert.That(open.Headers.GetValues("X-All"), Is.EqualTo(new[] { "1" }));
        var sid = host.App.Sessions.Keys.Single();
        using var post = await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/engine.io/{PollingQuery}&sid={sid}")
        {
            Content = new StringContent("4x"),
        });
        Assert.That(post.Headers.Contains("X-Initial"), Is.False);
        Assert.That(post.Headers.GetValues("X-All"), Is.EqualTo(new[] { "2" }));
        using var poll = await client.GetAsync("EIO=4&transport=polling&sid=" + sid);
        Assert.That(poll.Headers.Contains("X-Initial"), Is.False);
        Assert.That(poll.Headers.GetValues("X-All"), Is.EqualTo(new[] { "3" }));
        using var upgrade = await RawWebSocket.ConnectAsync(host.Address, $"/engine.io/{WebSocketQuery}&sid={sid}");
        Assert.That(upgrade.Response, Does.Contain("X-All: 4").And.Not.Contain("X-Initial"));
        using var socket = await RawWebSocket.OpenAsync(host.Address);
        Assert.That(socket.Response, Does.Contain("X-Initial: 2 websocket").And.Contain("X-All: 5"));
    }

    [Test]
    public async Task A_listener_of_the_headers_adds_a_cookie_beside_the_session_s()
    {
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.Cookie = new();
            options.Events.OnInitialHeaders((_, headers) => headers.Append("Set-Cookie", "initial=1"));
            options.Events.OnHeaders((_, headers) => headers.Append("Set-Cookie", "each=2"));
        });
        using var client = RawPolling.Create(host.Address);
        using var open = await client.GetAsync();
        var sid = host.App.Sessions.Keys.Single();
        Assert.That(open.Headers.GetValues("Set-Cookie"), Is.EqualTo(new[] { $"io={sid}; path=/; samesite=lax; httponly", "initial=1", "each=2" }));
        using var post = await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/engine.io/{PollingQuery}&sid={sid}")
        {
            Content = new StringContent("6"),
        });
        Assert.That(post.Headers.GetValues("Set-Cookie"), Is.EqualTo(new[] { "each=2" }));
        using var socket = await RawWebSocket.OpenAsync(host.Address);
        Assert.That(socket.Response, Does.Contain($"Set-Cookie: io={socket.Sid}; path=/; samesite=lax; httponly\r\n").And.Contain("Set-Cookie: initial=1\r\n"));
    }

    internal static async Task<int> StatusAsync(RawPolling client, string target, HttpMethod? method = null)
    {
        using var response = await client.SendAsync(new HttpRequestMessage(method ?? HttpMethod.Get, target));
        return (int)response.StatusCode;
    }
}
