using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;

namespace SocketIo.TestKit;

/// <summary>
/// A server on real Kestrel, on a free loopback port. Disposing it stops the host as an operator would, and fails the test if a
/// warning or an error was logged that the test did not expect (<see cref="LogSink.Expect"/>).
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private static readonly Lazy<X509Certificate2> Certificate = new(MakeCertificate);

    private readonly WebApplication _app;
    private bool _stopped;

    private TestServer(WebApplication app, LogSink log)
    {
        _app = app;
        Log = log;
        Address = new Uri(app.Urls.First());
    }

    /// <summary>Where the server listens, such as http://127.0.0.1:41234/.</summary>
    public Uri Address { get; }

    public LogSink Log { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>The Socket.IO server, where one was added.</summary>
    public SocketIoServer Io => _app.Services.GetRequiredService<SocketIoServer>();

    /// <summary>Whether the servers of this run use the library's own transport instead of Kestrel's: the tests run with both.</summary>
    public static bool IsOnEpoll { get; } = Environment.GetEnvironmentVariable("SOCKETIO_TESTS_TRANSPORT") == "epoll";

    /// <summary>Starts a server of which the test maps everything itself.</summary>
    public static async Task<TestServer> StartAsync(
        Action<WebApplication> map,
        Action<WebApplicationBuilder>? build = null,
        bool https = false,
        HttpProtocols? protocols = null,
        int port = 0)
    {
        var log = new LogSink();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddMemoryDataProtection();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = protocols ?? (https ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1);
            if (https)
                listen.UseHttps(Certificate.Value);
        }));
        if (IsOnEpoll)
            builder.WebHost.UseEpoll();
        build?.Invoke(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync().WithDeadline();
        return new TestServer(app, log);
    }

    /// <summary>Starts a Socket.IO server under "/socket.io".</summary>
    /// <param name="configure">Registers handlers, before anybody can connect.</param>
    /// <param name="options">Changes the options.</param>
    /// <param name="build">Adds services.</param>
    /// <param name="map">Adds middleware and endpoints before the server's own.</param>
    /// <param name="https">Whether to listen with TLS.</param>
    /// <param name="protocols">The HTTP versions; by default those that clients can choose from: with TLS both, without only 1.1.</param>
    /// <param name="port">A port to listen on again; 0 takes a free one.</param>
    public static Task<TestServer> StartSocketIoAsync(
        Action<SocketIoServer>? configure = null,
        Action<SocketIoOptions>? options = null,
        Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? map = null,
        bool https = false,
        HttpProtocols? protocols = null,
        int port = 0) =>
        StartAsync(
            app =>
            {
                configure?.Invoke(app.Services.GetRequiredService<SocketIoServer>());
                map?.Invoke(app);
                app.MapSocketIo();
            },
            builder =>
            {
                builder.Services.AddSocketIo(options);
                build?.Invoke(builder);
            },
            https,
            protocols,
            port);

    /// <summary>Stops the host, gracefully.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        await _app.StopAsync().WithDeadline();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
            await StopAsync();
        await _app.DisposeAsync().AsTask().WithDeadline();
        Log.AssertNothingUnexpected();
    }

    /// <summary>What a gauge of this server says now; -1 when there is none of that name.</summary>
    public long Gauge(string name)
    {
        var factory = Services.GetRequiredService<IMeterFactory>();
        var value = -1L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, factory))
                meters.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, measured, _, _) => value = measured);
        listener.SetMeasurementEventCallback<int>((_, measured, _, _) => value = measured);
        listener.Start();
        listener.RecordObservableInstruments();
        return value;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
