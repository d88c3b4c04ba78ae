using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using SocketIo.Engine;
using SocketIo.Functional.Tests.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>The server as a part of an application.</summary>
public sealed class HostingTests
{
    [Test]
    public async Task The_server_can_be_injected_into_an_endpoint()
    {
        await using var server = await TestServer.StartSocketIoAsync(map: app => app.MapPost(
            "/notify", async (SocketIoServer io, Notice notice) => await io.To("lobby").EmitAsync("notice", notice.Text)));
        var inside = await server.ConnectAsync();
        var outside = await server.ConnectAsync();
        await inside.Socket.JoinAsync("lobby");
        using var http = new HttpClient { BaseAddress = server.Address };
        (await http.PostAsJsonAsync("/notify", new Notice("hi")).WithDeadline()).EnsureSuccessStatusCode();
        Assert.That((await inside.Client.NextEventAsync("notice")).ToString(), Is.EqualTo("notice(hi)"));
        Assert.That(await outside.SettledNamesAsync(), Is.Empty);
    }

    [TestCaseSource(nameof(BadOptions))]
    public async Task A_value_that_cannot_work_stops_the_start_and_is_named(string name, Action<SocketIoOptions> configure)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            async () => await TestServer.StartAsync(_ => { }, build => build.Services.AddSocketIo(configure)));
        Assert.That(exception!.Message, Does.Contain(name));
        await Assert.ThrowsAsync<OptionsValidationException>(async () => await TestServer.StartSocketIoAsync(options: configure));
    }

    [Test]
    public async Task The_default_options_are_the_reference_s()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        await using var raw = await RawClient.OpenAsync(server);
        Assert.That(raw.OpenPacket, Does.Contain("\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}"));
        Assert.That(new SocketIoOptions(), Has.Property("Path").EqualTo("/socket.io").And.Property("ConnectTimeout").EqualTo(TimeSpan.FromSeconds(45)));
    }

    [Test]
    public void Mapping_without_adding_says_what_to_call()
    {
        var app = WebApplication.CreateBuilder().Build();
        Assert.That(
            () => app.MapSocketIo(),
            Throws.InvalidOperationException.With.Message.Contains("AddSocketIo").And.Message.Contains("MapSocketIo"));
    }

    [TestCase("nope")]
    [TestCase("")]
    [TestCase("/chat/{room}")]
    [TestCase("/chat?x=1")]
    [TestCase("//chat")]
    public void A_path_that_the_option_could_not_have_the_mapping_cannot_have_either(string path)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddSocketIo();
        var app = builder.Build();
        Assert.That(() => app.MapSocketIo(path), Throws.ArgumentException.With.Message.Contains($"\"{path}\""));
        Assert.That(() => app.MapEngineIo(path, new Echo()), Throws.ArgumentException.With.Message.Contains($"Path must").And.Message.Contains($"\"{path}\""));
    }

    [Test]
    public void MapEngineIo_tells_all_values_that_cannot_work_at_once()
    {
        var app = WebApplication.CreateBuilder().Build();
        var exception = Assert.Throws<ArgumentException>(() => app.MapEngineIo("nope", new Echo(), options =>
        {
            options.PingInterval = TimeSpan.Zero;
            options.MaxHttpBufferSize = -5;
            options.PerMessageDeflate = new() { ServerMaxWindowBits = 99 };
        }));
        Assert.That(exception!.Message.Split(Environment.NewLine), Has.Length.EqualTo(4));
        foreach (var part in new[] { "\"nope\"", "PingInterval", "00:00:00", "MaxHttpBufferSize", "-5", "PerMessageDeflate.ServerMaxWindowBits", "99" })
            Assert.That(exception.Message, Does.Contain(part));
    }

    [TestCase("/socket.io", "/socket.io")]
    [TestCase("/socket.io", null)]
    [TestCase("/chat", "/Chat/")]
    public void A_path_that_is_mapped_twice_is_refused(string first, string? second)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddSocketIo();
        var app = builder.Build();
        app.MapSocketIo(first);
        Assert.That(() => app.MapSocketIo(second), Throws.InvalidOperationException.With.Message.Contains("is mapped already"));
        Assert.That(() => app.MapEngineIo(first, new Echo()), Throws.InvalidOperationException.With.Message.Contains(first));
        Assert.That(
            () => app.UseRouting().UseEndpoints(endpoints => endpoints.MapSocketIo(first)), Throws.InvalidOperationException.With.Message.Contains(first));
        var group = app.MapGroup("/group");
        group.MapSocketIo(first);
        Assert.That(() => group.MapSocketIo(first), Throws.InvalidOperationException.With.Message.Contains(first));
    }

    [Test]
    public async Task One_path_serves_several_hosts_when_it_is_mapped_in_groups()
    {
        await using var server = await TestServer.StartAsync(app =>
        {
            app.MapGroup("").RequireHost("a.example").MapEngineIo("/engine.io", new Echo());
            app.MapGroup("").RequireHost("b.example").MapEngineIo("/engine.io", new Echo());
        });
        using var http = new HttpClient { BaseAddress = server.Address };
        foreach (var (host, expected) in new[] { ("a.example", HttpStatusCode.OK), ("b.example", HttpStatusCode.OK), ("c.example", HttpStatusCode.NotFound) })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/engine.io/?EIO=4&transport=polling");
            request.Headers.Host = host;
            using var response = await http.SendAsync(request);
            Assert.That(response.StatusCode, Is.EqualTo(expected));
        }
    }

    [TestCase("/custom", null, "/custom/")]
    [TestCase("/custom/", null, "/custom/")]
    [TestCase(null, "/mapped", "/mapped/")]
    [TestCase("/custom", "/mapped/deep", "/mapped/deep/")]
    public async Task The_path_is_the_mapping_s_or_else_the_option_s(string? option, string? mapped, string served)
    {
        await using var server = await TestServer.StartAsync(
            app => app.MapSocketIo(mapped),
            build => build.Services.AddSocketIo(options => options.Path = option ?? options.Path));
        await server.ConnectAsync("/", new { path = served });
        using var http = new HttpClient { BaseAddress = server.Address };
        using var elsewhere = await http.GetAsync("/socket.io/?EIO=4&transport=polling").WithDeadline();
        Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Both_forms_of_the_path_are_served_when_the_slash_is_not_asked_for()
    {
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.AddTrailingSlash = false);
        await server.ConnectAsync("/", new { addTrailingSlash = false });
        await server.ConnectAsync();
    }

    [Test]
    public async Task The_browser_client_is_served_and_known_by_its_tag()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        foreach (var file in new[] { "socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js", "socket.io.js.map" })
        {
            using var answer = await http.GetAsync($"/socket.io/{file}?buster=1").WithDeadline();
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), file);
            Assert.That(answer.Content.Headers.ContentType?.ToString(), Does.StartWith(file.EndsWith(".map", StringComparison.Ordinal) ? "application/json" : "application/javascript"));
            using var again = new HttpRequestMessage(HttpMethod.Get, "/socket.io/" + file);
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            using var unchanged = await http.SendAsync(again).WithDeadline();
            Assert.That(unchanged.StatusCode, Is.EqualTo(HttpStatusCode.NotModified), file);
        }
        using var unknown = await http.GetAsync("/socket.io/package.json").WithDeadline();
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [TestCase("socket.io.js")]
    [TestCase("socket.io.msgpack.min.js.map")]
    [TestCase("?EIO=4&transport=polling")]
    [TestCase("default/?EIO=4&transport=polling")]
    public async Task The_CORS_policy_of_the_options_marks_the_browser_client_and_the_handshake(string target)
    {
        const string Good = "https://good.example";
        await using var server = await TestServer.StartSocketIoAsync(
            options: options => options.Cors = new CorsPolicyBuilder(Good).WithMethods("GET", "POST").AllowCredentials().Build());
        using var http = new HttpClient { BaseAddress = server.Address };
        foreach (var (origin, expected) in new[] { (Good, (string[])[Good]), ("https://evil.example", []) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/socket.io/" + target);
            request.Headers.Add("Origin", origin);
            using var answer = await http.SendAsync(request).WithDeadline();
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed);
            Assert.That(allowed ?? [], Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task The_browser_client_is_not_served_when_the_option_says_so()
    {
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.ServeClient = false);
        using var http = new HttpClient { BaseAddress = server.Address };
        using var answer = await http.GetAsync("/socket.io/socket.io.js").WithDeadline();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("""{"code":0,"message":"Transport unknown"}"""));
    }

    [Test]
    public async Task Only_the_transports_of_the_options_are_served()
    {
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.Transports = EngineTransports.WebSocket);
        await server.ConnectAsync();
        var client = await server.OpenAsync("/", new { transports = new[] { "polling" } });
        await client.NextEventAsync("connect_error");
    }

    [Test]
    public async Task A_client_stays_on_polling_when_upgrades_are_not_allowed()
    {
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.AllowUpgrades = false);
        var (client, socket) = await server.ConnectAsync("/", new { transports = new[] { "polling", "websocket" } });
        Assert.That((await client.GetStateAsync()).Transport, Is.EqualTo("polling"));
        Assert.That(socket.Transport, Is.EqualTo(EngineTransports.Polling));
    }

    [Test]
    public async Task A_request_that_the_application_does_not_allow_is_refused_before_there_is_a_socket()
    {
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.AllowRequest = context =>
            ValueTask.FromResult(context.Request.Query.ContainsKey("pass") ? AllowRequestResult.Allow : AllowRequestResult.Refuse("no pass")));
        var stranger = await server.OpenAsync();
        await stranger.NextEventAsync("connect_error");
        await server.ConnectAsync("/", new { query = new { pass = "1" } });
    }

    private static IEnumerable<TestCaseData> BadOptions()
    {
        yield return Bad("Path", options => options.Path = "");
        yield return Bad("Path", options => options.Path = "socket.io");
        yield return Bad("PingInterval", options => options.PingInterval = TimeSpan.Zero);
        yield return Bad("PingTimeout", options => options.PingTimeout = TimeSpan.FromSeconds(-1));
        yield return Bad("UpgradeTimeout", options => options.UpgradeTimeout = Timeout.InfiniteTimeSpan);
        yield return Bad("MaxHttpBufferSize", options => options.MaxHttpBufferSize = 0);
        yield return Bad("MaxQueuedBytes", options => options.MaxQueuedBytes = -1);
        yield return Bad("Transports", options => options.Transports = EngineTransports.None);
        yield return Bad("Transports", options => options.Transports = (EngineTransports)8);
        yield return Bad("SlowConsumerPolicy", options => options.SlowConsumerPolicy = (SlowConsumerPolicy)9);
        yield return Bad("Json", options => options.Json = null!);
        yield return Bad("ConnectTimeout", options => options.ConnectTimeout = TimeSpan.Zero);
        yield return Bad("ConnectTimeout", options => options.ConnectTimeout = TimeSpan.MaxValue);
        yield return Bad("AckTimeout", options => options.AckTimeout = TimeSpan.Zero);
        yield return Bad("MaxConcurrentHandlers", options => options.MaxConcurrentHandlers = 0);
        yield return Bad("MaxPendingEventBytes", options => options.MaxPendingEventBytes = 0);
        yield return Bad("MaxAttachments", options => options.MaxAttachments = -1);
    }

    private static TestCaseData Bad(string name, Action<SocketIoOptions> configure) => new TestCaseData(name, configure).SetArgDisplayNames(name);

    private sealed record Notice(string Text);
}
