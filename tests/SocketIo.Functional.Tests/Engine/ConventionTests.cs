using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class ConventionTests
{
    private const string Origin = "https://example.org";
    private const string Target = "/engine.io/?EIO=4&transport=polling";

    [Test]
    public async Task A_CORS_policy_of_the_options_answers_preflights_and_marks_answers([Values] bool allowed)
    {
        await using var host = await EngineHost.StartAsync(options => options.Cors = new CorsPolicyBuilder(Origin)
            .WithMethods("GET", "POST").WithHeaders("my-header").AllowCredentials().Build());
        await AssertCors(host, allowed);
        using var socket = await RawWebSocket.ConnectAsync(
            host.Address, "/engine.io/?EIO=4&transport=websocket", $"Origin: {Origin}\r\n");
        Assert.That(socket.Response, Does.Contain($"Access-Control-Allow-Origin: {Origin}"));
    }

    [Test]
    public async Task A_refusal_has_the_headers_of_CORS_and_a_preflight_those_of_the_whole_policy()
    {
        await using var host = await EngineHost.StartAsync(options => options.Cors = new CorsPolicyBuilder(Origin)
            .WithMethods("GET", "PUT", "POST").WithHeaders("my-header").WithExposedHeaders("my-exposed-header").AllowCredentials()
            .SetPreflightMaxAge(TimeSpan.FromSeconds(123)).Build());
        host.Log.Expect("a proxy in front of the server");
        using var client = RawPolling.Create(host.Address);
        var bad = new HttpRequestMessage(HttpMethod.Get, "/engine.io/?EIO=4&transport=websocket");
        bad.Headers.Add("Origin", Origin);
        using var refusal = await client.SendAsync(bad);
        Assert.That((int)refusal.StatusCode, Is.EqualTo(400));
        Assert.That(refusal.Headers.GetValues("Access-Control-Allow-Origin"), Is.EqualTo(new[] { Origin }));
        Assert.That(refusal.Headers.GetValues("Access-Control-Allow-Credentials"), Is.EqualTo(new[] { "true" }));
        Assert.That(refusal.Headers.GetValues("Access-Control-Expose-Headers"), Is.EqualTo(new[] { "my-exposed-header" }));

        var preflight = Request(HttpMethod.Options, Origin);
        preflight.Headers.Add("Access-Control-Request-Method", "PUT");
        using var answer = await client.SendAsync(preflight);
        Assert.That(answer.Headers.GetValues("Access-Control-Allow-Methods"), Is.EqualTo(new[] { "GET,PUT,POST" }));
        Assert.That(answer.Headers.GetValues("Access-Control-Max-Age"), Is.EqualTo(new[] { "123" }));
    }

    [Test]
    public async Task RequireCors_leaves_it_to_the_frameworks_middleware([Values] bool allowed)
    {
        await using var host = await EngineHost.StartAsync(
            build: builder => builder.Services.AddCors(cors => cors.AddPolicy(
                "test", policy => policy.WithOrigins(Origin).WithMethods("GET", "POST").WithHeaders("my-header").AllowCredentials())),
            map: app => app.UseRouting().UseCors(),
            conventions: endpoint => endpoint.RequireCors("test"));
        await AssertCors(host, allowed);
    }

    [Test]
    public async Task Without_a_policy_nothing_is_said_of_origins()
    {
        await using var host = await EngineHost.StartAsync();
        using var client = RawPolling.Create(host.Address);
        using var response = await client.SendAsync(Request(HttpMethod.Get, Origin));
        Assert.That(response.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
    }

    [Test]
    public async Task RequireAuthorization_holds_for_every_request_of_a_session()
    {
        await using var host = await EngineHost.StartAsync(
            build: builder =>
            {
                builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderIsTheUser>("test", null);
                builder.Services.AddAuthorization();
            },
            map: app => app.UseRouting().UseAuthentication().UseAuthorization(),
            conventions: endpoint => endpoint.RequireAuthorization());
        using var client = RawPolling.Create(host.Address);
        Assert.That(await OptionsTests.StatusAsync(client, Target), Is.EqualTo(401));
        using var refused = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/?EIO=4&transport=websocket");
        Assert.That(refused.Status, Is.EqualTo(401));

        var request = Request(HttpMethod.Get, Origin);
        request.Headers.TryAddWithoutValidation("Authorization", "me");
        using var response = await client.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        var session = host.App.Sessions.Values.Single();
        Assert.That(session.HttpContext.User.Identity!.Name, Is.EqualTo("me"));
        Assert.That(await OptionsTests.StatusAsync(client, $"{Target}&sid={session.Id}"), Is.EqualTo(401), "a later request without it");

        using var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/?EIO=4&transport=websocket", "Authorization: me\r\n");
        Assert.That(socket.Status, Is.EqualTo(101));
    }

    [Test]
    public async Task RequireHost_serves_that_host_only()
    {
        await using var host = await EngineHost.StartAsync(conventions: endpoint => endpoint.RequireHost("chat.example.org"));
        using var client = RawPolling.Create(host.Address);
        Assert.That(await OptionsTests.StatusAsync(client, Target), Is.EqualTo(404));
        var request = Request(HttpMethod.Get, Origin);
        request.Headers.Host = "chat.example.org";
        using var response = await client.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task A_rate_limit_refuses_what_is_too_much()
    {
        await using var host = await EngineHost.StartAsync(
            build: builder => builder.Services.AddRateLimiter(limits => limits.AddFixedWindowLimiter("two", window =>
            {
                window.PermitLimit = 2;
                window.Window = TimeSpan.FromHours(1);
                window.QueueLimit = 0;
                window.QueueProcessingOrder = QueueProcessingOrder.OldestFirst;
            })),
            map: app => app.UseRouting().UseRateLimiter(),
            conventions: endpoint => endpoint.RequireRateLimiting("two"));
        using var client = RawPolling.Create(host.Address);
        Assert.That(await OptionsTests.StatusAsync(client, Target), Is.EqualTo(200));
        Assert.That(await OptionsTests.StatusAsync(client, Target), Is.EqualTo(200));
        Assert.That(await OptionsTests.StatusAsync(client, Target), Is.EqualTo(503));
    }

    [Test]
    public async Task A_timeout_for_all_requests_of_the_application_ends_neither_a_poll_nor_a_WebSocket()
    {
        var timedOut = new TaskCompletionSource();
        await using var host = await EngineHost.StartAsync(
            build: builder => builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new() { Timeout = TimeSpan.FromMilliseconds(50) }),
            map: app =>
            {
                app.UseRouting().UseRequestTimeouts();
                app.MapGet("/slow", async context =>
                {
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
                    timedOut.SetResult();
                });
            });
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var socket = await RawWebSocket.OpenAsync(host.Address);
        var poll = polling.PollAsync();
        await Deadlines.Eventually(() => host.Session(polling.Sid).CurrentTransport.IsWritable);

        // begun later, and over
        using var http = new HttpClient { BaseAddress = host.Address };
        using var slow = await http.GetAsync(new Uri("/slow", UriKind.Relative));
        await timedOut.Task.WithDeadline();
        Assert.That(poll.IsCompleted, Is.False);
        host.Session(polling.Sid).Send("still");
        Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "4still" }));
        await socket.SendAsync("4still");
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4still"));
        await polling.PostAsync("1");
    }

    private static async Task AssertCors(EngineHost host, bool allowed)
    {
        var origin = allowed ? Origin : "https://evil.example";
        using var client = RawPolling.Create(host.Address);
        var preflight = Request(HttpMethod.Options, origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "my-header");
        using var answer = await client.SendAsync(preflight);
        Assert.That((int)answer.StatusCode, Is.EqualTo(204));
        using var response = await client.SendAsync(Request(HttpMethod.Get, origin));
        Assert.That((int)response.StatusCode, Is.EqualTo(200), "the browser, not the server, keeps the answer back");
        foreach (var headers in new[] { answer.Headers, response.Headers })
        {
            Assert.That(headers.Contains("Access-Control-Allow-Origin"), Is.EqualTo(allowed));
            if (allowed)
            {
                Assert.That(headers.GetValues("Access-Control-Allow-Origin"), Is.EqualTo(new[] { Origin }));
                Assert.That(headers.GetValues("Access-Control-Allow-Credentials"), Is.EqualTo(new[] { "true" }));
            }
        }
        if (allowed)
        {
            Assert.That(string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Methods")), Does.Contain("POST"));
            Assert.That(answer.Headers.GetValues("Access-Control-Allow-Headers"), Is.EqualTo(new[] { "my-header" }));
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string origin)
    {
        var request = new HttpRequestMessage(method, Target);
        request.Headers.Add("Origin", origin);
        return request;
    }

    private sealed class HeaderIsTheUser(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers.Authorization.ToString() is not { Length: > 0 } name)
                return Task.FromResult(AuthenticateResult.NoResult());
            var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme.Name));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name)));
        }
    }
}
