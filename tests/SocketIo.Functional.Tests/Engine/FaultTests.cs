using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>What the application's code throws stays where it was thrown.</summary>
public class FaultTests
{
    private const string Asking = "X-Throw: 1\r\nOrigin: https://throw.example\r\n";

    private static readonly Dictionary<string, Action<EngineOptions>> Callbacks = new()
    {
        ["OnHeaders"] = options => options.Events.OnHeaders((context, _) => ThrowIfAsked(context)),
        ["OnInitialHeaders"] = options => options.Events.OnInitialHeaders((context, _) => ThrowIfAsked(context)),
        ["Cookie"] = options => options.Cookie = new ThrowingCookie(),
        ["Cors"] = options => options.Cors = new CorsPolicyBuilder().SetIsOriginAllowed(
            origin => origin == "https://throw.example" ? throw new InvalidOperationException("of the application") : true).Build(),
    };

    public static IEnumerable<string> CallbackNames => Callbacks.Keys;

    [TestCaseSource(nameof(CallbackNames))]
    public async Task A_callback_that_throws_has_its_request_answered_with_500_and_nothing_else_is_disturbed(string callback)
    {
        await using var host = await EngineHost.StartAsync(Callbacks[callback]);
        host.Log.Expect($"{callback} of the application threw");
        using var other = await RawWebSocket.OpenAsync(host.Address);
        using var polling = await RawPolling.OpenAsync(host.Address);
        var sessions = host.SessionCount;

        using var handshake = RawPolling.Create(host.Address);
        using var opened = await SendAsync(handshake, HttpMethod.Get);
        Assert.That((int)opened.StatusCode, Is.EqualTo(500));
        Assert.That(opened.Headers.Contains("Set-Cookie"), Is.False);
        using var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/?EIO=4&transport=websocket", Asking);
        Assert.That(socket.Status, Is.EqualTo(500));
        Assert.That(host.SessionCount, Is.EqualTo(sessions), "no session has begun");

        // of a session there is: what is queued for it is not lost
        host.Session(polling.Sid).Send("queued");
        var isOfEach = callback is "OnHeaders" or "Cors";
        if (isOfEach)
        {
            using var poll = await SendAsync(polling, HttpMethod.Get);
            using var post = await SendAsync(polling, HttpMethod.Post);
            using var upgrade = await RawWebSocket.ConnectAsync(
                host.Address, "/engine.io/?EIO=4&transport=websocket&sid=" + polling.Sid, Asking);
            Assert.That(((int)poll.StatusCode, (int)post.StatusCode, upgrade.Status), Is.EqualTo((500, 500, 500)));
        }
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "4queued" }));
        await polling.PostAsync("4on");
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "4on" }));
        await other.SendAsync("4on");
        Assert.That((await other.ReadAsync()).Text, Is.EqualTo("4on"));
        Assert.That(
            host.Log.Entries.Count(entry => entry.Message.StartsWith(callback, StringComparison.Ordinal) && entry.Exception is not null),
            Is.EqualTo(isOfEach ? 5 : 2));
        await polling.PostAsync("1");
    }

    [Test]
    public async Task A_listener_of_errors_that_throws_changes_no_refusal()
    {
        var codes = new List<int>();
        await using var host = await EngineHost.StartAsync(options =>
        {
            options.Events.OnConnectionError(_ => throw new InvalidOperationException("of the application"));
            options.Events.OnConnectionError(error => codes.Add(error.Code));
        });
        host.Log.Expect("OnConnectionError threw");
        using var client = RawPolling.Create(host.Address);
        using var response = await client.GetAsync("EIO=4&transport=tobi");
        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"code":0,"message":"Transport unknown"}"""));
        using var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/?EIO=4&transport=websocket&sid=x");
        Assert.That(socket.Status, Is.EqualTo(400));
        Assert.That(socket.Body, Does.Contain("Session ID unknown"));
        Assert.That(codes, Is.EqualTo((int[])[0, 1]), "the other listener hears of both");
    }

    [Test]
    public async Task Loggers_and_listeners_of_metrics_that_throw_change_nothing()
    {
        using var log = new ThrowingLog();
        using var meters = new MeterListener();
        IMeterFactory? factory = null;
        var measured = 0;
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EngineMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
                listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => ThrowOnMeasurement());
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => ThrowOnMeasurement());
        meters.Start();

        await using var host = await EngineHost.StartAsync(
            options => options.AllowRequest = context =>
                context.Request.Headers.ContainsKey("X-Throw") ? throw new InvalidOperationException("no") : new(AllowRequestResult.Allow),
            build: builder => builder.Logging.AddProvider(log),
            map: app => factory = app.Services.GetRequiredService<IMeterFactory>());
        host.Log.Expect("AllowRequest threw");
        using var refused = RawPolling.Create(host.Address);
        var request = new HttpRequestMessage(HttpMethod.Get, refused.Target("EIO=4&transport=polling"));
        request.Headers.Add("X-Throw", "1");
        using var refusal = await refused.SendAsync(request);
        Assert.That((int)refusal.StatusCode, Is.EqualTo(403));

        using var polling = await RawPolling.OpenAsync(host.Address);
        using var candidate = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/?EIO=4&transport=websocket&sid=" + polling.Sid);
        await candidate.SendAsync("2probe");
        Assert.That((await candidate.ReadAsync()).Text, Is.EqualTo("3probe"));
        await candidate.SendAsync("5");
        await candidate.SendAsync("4x");
        Assert.That((await candidate.ReadAsync()).Text, Is.EqualTo("4x"));
        await candidate.SendAsync("not a packet");
        Assert.That((await candidate.ReadAsync()).CloseCode, Is.EqualTo(1002));
        await candidate.WriteRawAsync(RawWebSocket.CloseFrame(1002));
        await host.HasNoSessions();

        // refused, upgraded, broken, closed; refused, opened, upgraded, closed twice: the last of each behind the removal
        await Deadlines.Eventually(() => log.Lines >= 3 && Volatile.Read(ref measured) >= 4);

        void ThrowOnMeasurement()
        {
            Interlocked.Increment(ref measured);
            throw new InvalidOperationException("of a meter's listener");
        }
    }

    private static void ThrowIfAsked(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey("X-Throw"))
            throw new InvalidOperationException("of the application");
    }

    private static Task<HttpResponseMessage> SendAsync(RawPolling client, HttpMethod method)
    {
        var request = new HttpRequestMessage(method, client.Target("EIO=4&transport=polling"));
        if (method == HttpMethod.Post)
            request.Content = new StringContent("4never seen");
        request.Headers.Add("X-Throw", "1");
        request.Headers.Add("Origin", "https://throw.example");
        return client.SendAsync(request);
    }

    private sealed class ThrowingCookie : SessionCookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            ThrowIfAsked(context);
            return base.Build(context, expiresFrom);
        }
    }
}
