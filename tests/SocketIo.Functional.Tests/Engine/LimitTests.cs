using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>The limits of sessions.</summary>
public class LimitTests
{
    private const string WebSocketTarget = "/engine.io/?EIO=4&transport=websocket";

    [TestCase("in all", 503, "MaxSessions is 2")]
    [TestCase("per address", 429, "MaxSessionsPerAddress is 2")]
    public async Task One_session_too_many_is_refused_on_both_transports_and_one_that_ends_makes_room(string limit, int status, string detail)
    {
        var errors = new List<(int, string?)>();
        await using var host = await EngineHost.StartAsync(options =>
        {
            if (limit == "in all")
                options.MaxSessions = 2;
            else
                options.MaxSessionsPerAddress = 2;
            options.Cookie = new();
            options.Events.OnConnectionError(error => errors.Add((error.Code, error.Detail)));
        });
        host.Log.Expect("Handshakes");
        using var first = await RawPolling.OpenAsync(host.Address);
        using var second = await RawWebSocket.OpenAsync(host.Address);

        using var third = RawPolling.Create(host.Address);
        using (var refused = await third.GetAsync())
        {
            Assert.That((int)refused.StatusCode, Is.EqualTo(status));
            Assert.That(await refused.Content.ReadAsStringAsync(), Is.EqualTo("""{"code":4,"message":"Too many sessions"}"""));
            Assert.That(refused.Headers.GetValues("Retry-After"), Is.EqualTo(new[] { "10" }));
            Assert.That(refused.Headers.Contains("Set-Cookie"), Is.False);
        }
        using (var refused = await RawWebSocket.ConnectAsync(host.Address, WebSocketTarget))
        {
            Assert.That(refused.Status, Is.EqualTo(status));
            Assert.That(refused.Response, Does.Contain("Retry-After: 10").And.Contain("Connection: close"));
            Assert.That(refused.Body, Does.Contain("Too many sessions"));
        }
        Assert.That(errors, Is.EqualTo(new[] { (4, (string?)detail), (4, detail) }));

        // those there are go on, an upgrade too
        using var upgrade = await RawWebSocket.ConnectAsync(host.Address, $"{WebSocketTarget}&sid={first.Sid}");
        await upgrade.SendAsync("2probe");
        Assert.That((await upgrade.ReadAsync()).Text, Is.EqualTo("3probe"));
        await upgrade.SendAsync("5");
        await upgrade.SendAsync("4x");
        Assert.That((await upgrade.ReadAsync()).Text, Is.EqualTo("4x"));

        second.Reset();
        await Deadlines.Eventually(() => host.Engine.Quota.Count == 1);
        await third.OpenAsync();
        await third.PostAsync("1");
    }

    [Test]
    public async Task Behind_a_proxy_the_limit_is_the_clients_when_forwarded_headers_are_used([Values] bool isForwarded)
    {
        await using var host = await EngineHost.StartAsync(
            options => options.MaxSessionsPerAddress = 1,
            map: app =>
            {
                if (isForwarded)
                    app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
            });
        host.Log.Expect("UseForwardedHeaders");
        async Task<int> StatusAsync(string address)
        {
            using var client = RawPolling.Create(host.Address);
            var request = new HttpRequestMessage(HttpMethod.Get, client.Target("EIO=4&transport=polling"));
            request.Headers.Add("X-Forwarded-For", address);
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }

        Assert.That(await StatusAsync("203.0.113.1"), Is.EqualTo(200));
        Assert.That(await StatusAsync("203.0.113.2"), Is.EqualTo(isForwarded ? 200 : 429));
        Assert.That(await StatusAsync("203.0.113.1"), Is.EqualTo(429));
        Assert.That(await StatusAsync("2001:db8::1"), Is.EqualTo(isForwarded ? 200 : 429));
        Assert.That(await StatusAsync("2001:db8::2"), Is.EqualTo(429), "of the same network");
        host.Engine.Stop();
    }

    [Test]
    public async Task The_application_is_not_asked_about_a_handshake_that_there_is_no_room_for()
    {
        var asked = 0;
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.MaxSessions = 1;
            options.AllowRequest = _ =>
            {
                asked++;
                return new(AllowRequestResult.Allow);
            };
        });
        host.Log.Expect("Handshakes are refused");
        using var first = await RawPolling.OpenAsync(host.Address);
        using var second = RawPolling.Create(host.Address);
        using var refused = await second.GetAsync();
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(asked, Is.EqualTo(1));
        await first.PostAsync("1");
    }

    [Test]
    public async Task Refusals_have_one_line_in_the_log_each_minute_and_are_all_counted()
    {
        var clock = new ManualClock();
        var counted = new Dictionary<string, long>();
        IMeterFactory? factory = null;
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "socketio.server.handshake.limited" && ReferenceEquals(instrument.Meter.Scope, factory))
                listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var option = (string)tags[0].Value!;
            counted[option] = counted.GetValueOrDefault(option) + value;
        });
        meters.Start();
        await using var host = await EngineHost.StartAsync(
            options => (options.MaxSessions, options.MaxSessionsPerAddress, options.PingInterval) = (2, 1, TimeSpan.FromHours(1)),
            time: clock,
            map: app =>
            {
                factory = app.Services.GetRequiredService<IMeterFactory>();
                app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
            });
        host.Log.Expect("Handshakes");
        using var http = new HttpClient { BaseAddress = host.Address };
        async Task<int> StatusAsync(string address)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/engine.io/?EIO=4&transport=polling");
            request.Headers.Add("X-Forwarded-For", address);
            using var response = await http.SendAsync(request);
            return (int)response.StatusCode;
        }

        Assert.That(await StatusAsync("203.0.113.1"), Is.EqualTo(200));
        for (var i = 0; i < 3; i++)
            Assert.That(await StatusAsync("203.0.113.1"), Is.EqualTo(429));
        Assert.That(await StatusAsync("203.0.113.2"), Is.EqualTo(200));
        for (var i = 0; i < 4; i++)
            Assert.That(await StatusAsync("203.0.113.3"), Is.EqualTo(503));
        Assert.That(counted, Is.EqualTo(new Dictionary<string, long> { ["MaxSessions"] = 4, ["MaxSessionsPerAddress"] = 3 }));
        Assert.That(Warnings(), Is.EqualTo(new[] { "1 203.0.113.1", "1" }));

        clock.Advance(TimeSpan.FromSeconds(59));
        await StatusAsync("203.0.113.3");
        Assert.That(Warnings(), Has.Length.EqualTo(2));
        clock.Advance(TimeSpan.FromSeconds(2));
        await StatusAsync("203.0.113.3");
        Assert.That(Warnings()[2..], Is.EqualTo(new[] { "5" }), "since the last line");
        host.Engine.Stop();

        string[] Warnings() =>
        [
            .. host.Log.Entries.Where(entry => entry.Level is LogLevel.Warning)
                .Select(entry => (Count: entry.Message.Split(": ")[^1].Split('.')[0], entry.Message))
                .Select(line => line.Message.Contains("203.0.113.1", StringComparison.Ordinal) ? $"{line.Count} 203.0.113.1" : line.Count),
        ];
    }

    [Test]
    public async Task Handshakes_that_race_get_as_many_sessions_as_there_may_be_and_no_place_is_lost([Range(1, 3)] int seed)
    {
        const int Max = 10;
        var most = 0;
        await using var host = await EngineHost.StartAsync(
            options =>
            {
                options.MaxSessions = Max;

                // opens a gap between the look and the taking of a place
                options.AllowRequest = async context =>
                {
                    await Task.Yield();
                    return context.Request.Headers.ContainsKey("X-Refuse") ? AllowRequestResult.Refuse() : AllowRequestResult.Allow;
                };
                options.Events.OnInitialHeaders((context, _) =>
                {
                    if (context.Request.Headers.ContainsKey("X-Throw"))
                        throw new InvalidOperationException("of the application");
                });
            });
        host.Log.Expect("Handshakes are refused");
        host.Log.Expect("OnInitialHeaders of the application threw");
        host.App.Opened = _ => InterlockedMax(ref most, host.SessionCount);
        var statuses = new List<int>();
        for (var round = 0; round < 5; round++)
        {
            statuses.AddRange(await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => ComeAsync(host, new Random((seed * 1000) + (round * 100) + i)))))
                .WithDeadline());
            foreach (var session in host.App.Sessions.Values)
                session.Terminate();
            await host.HasNoSessions();
            await Deadlines.Eventually(() => host.Engine.Quota.Count == 0);
        }
        Assert.That(statuses, Has.Some.EqualTo(503).And.Some.EqualTo(200).And.Some.EqualTo(500));
        Assert.That(most, Is.Positive.And.LessThanOrEqualTo(Max));
    }

    [Test]
    public async Task A_server_that_has_no_upgrade_left_refuses_clearly_and_keeps_no_place()
    {
        await using var host = await EngineHost.StartAsync(
            build: builder => builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 1));
        using var first = await RawWebSocket.OpenAsync(host.Address);
        using var second = await RawWebSocket.ConnectAsync(host.Address, WebSocketTarget);
        Assert.That(second.Status, Is.EqualTo(TestServer.IsOnEpoll ? 101 : 503), "with Epoll a WebSocket is no longer Kestrel's, and is not counted");
        Assert.That(host.Engine.Quota.Count, Is.EqualTo(TestServer.IsOnEpoll ? 2 : 1));
        if (!TestServer.IsOnEpoll)
            Assert.That(second.Response, Does.Not.Contain("Upgrade:").And.Contain("Connection: close"));
        await first.SendAsync("4x");
        Assert.That((await first.ReadAsync()).Text, Is.EqualTo("4x"));
    }

    /// <summary>A client that opens a session in some way, maybe hangs up in the middle, and leaves it to the server.</summary>
    private static async Task<int> ComeAsync(EngineHost host, Random random)
    {
        var header = random.Next(6) switch { 0 => "X-Refuse", 1 => "X-Throw", _ => "X-Nothing" };
        if (random.Next(2) == 0)
        {
            using var socket = await RawWebSocket.ConnectAsync(host.Address, WebSocketTarget, $"{header}: 1\r\n");
            if (random.Next(3) == 0)
                socket.Reset();
            return socket.Status == 101 ? 200 : socket.Status;
        }
        using var client = RawPolling.Create(host.Address);
        var request = new HttpRequestMessage(HttpMethod.Get, client.Target("EIO=4&transport=polling"));
        request.Headers.Add(header, "1");
        using var cancellation = new CancellationTokenSource();
        var sending = client.SendAsync(request, cancellation.Token);
        if (random.Next(4) == 0)
            await cancellation.CancelAsync();
        try
        {
            using var response = await sending;
            return (int)response.StatusCode;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static void InterlockedMax(ref int location, int value)
    {
        int seen;
        do
            seen = Volatile.Read(ref location);
        while (seen < value && Interlocked.CompareExchange(ref location, value, seen) != seen);
    }
}
