using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>The application's own authentication before the server.</summary>
public sealed class AuthorizationTests
{
    private static readonly string[][] Transports = [["polling"], ["websocket"], ["polling", "websocket"]];

    [TestCaseSource(nameof(Transports))]
    public async Task The_user_of_a_cookie_is_the_socket_s(params string[] transports)
    {
        await using var server = await StartAsync(
            build => build.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(),
            app => app.MapGet("/login/{name}", (string name) => Results.SignIn(Principal(name, CookieAuthenticationDefaults.AuthenticationScheme))));
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = server.Address };
        using var login = await http.GetAsync("/login/ann").WithDeadline();
        var cookie = login.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var (_, socket) = await server.ConnectAsync("/", new { transports, extraHeaders = new { cookie } });
        Assert.That(socket.User.Identity?.Name, Is.EqualTo("ann"));
    }

    [TestCaseSource(nameof(Transports))]
    public async Task The_user_of_a_bearer_token_is_the_socket_s(params string[] transports)
    {
        await using var server = await StartWithBearerAsync();
        var (client, socket) = await server.ConnectAsync("/", new { transports, extraHeaders = new { authorization = "Bearer bob" } });
        Assert.That(socket.User.Identity?.Name, Is.EqualTo("bob"));
        Assert.That(socket.User.Identity?.IsAuthenticated, Is.True);
        if (transports.Length > 1)
        {
            await client.NextEventAsync("upgrade");
            Assert.That(socket.User.Identity?.Name, Is.EqualTo("bob"));
        }
    }

    [TestCaseSource(nameof(Transports))]
    public async Task A_stranger_is_refused_before_there_is_a_socket(params string[] transports)
    {
        await using var server = await StartWithBearerAsync();
        var client = await server.OpenAsync("/", new { transports });
        await client.NextEventAsync("connect_error");
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    private static Task<TestServer> StartWithBearerAsync() =>
        StartAsync(build => build.AddAuthentication("Bearer").AddScheme<AuthenticationSchemeOptions, NameTokens>("Bearer", null), _ => { });

    private static Task<TestServer> StartAsync(Action<IServiceCollection> services, Action<WebApplication> map) => TestServer.StartAsync(
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            map(app);
            app.MapSocketIo().RequireAuthorization();
        },
        build =>
        {
            services(build.Services);
            build.Services.AddAuthorization();
            build.Services.AddSocketIo();
        });

    private static ClaimsPrincipal Principal(string name, string scheme) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], scheme));

    // the token is the name
    private sealed class NameTokens(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var header = Request.Headers.Authorization.ToString();
            return Task.FromResult(header.StartsWith("Bearer ", StringComparison.Ordinal)
                ? AuthenticateResult.Success(new AuthenticationTicket(Principal(header["Bearer ".Length..], "Bearer"), "Bearer"))
                : AuthenticateResult.NoResult());
        }
    }
}
