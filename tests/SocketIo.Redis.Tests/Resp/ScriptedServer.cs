using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SocketIo.Redis.Resp;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Resp;

/// <summary>Takes the place of Redis: answers the greeting, and from then on says what the test says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private Stream? _stream;

    public ScriptedServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
    }

    public RespEndpoint Endpoint => new() { Address = _listener.LocalEndpoint, Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>The commands that came with the greeting.</summary>
    public string Greeting { get; private set; } = "";

    /// <summary>Takes a connection and answers its greeting.</summary>
    /// <param name="answers">One for each command.</param>
    public async Task AcceptAsync(params string[] answers)
    {
        var socket = await _listener.AcceptSocketAsync().WithDeadline();
        _stream = new NetworkStream(socket, ownsSocket: true);
        if (_certificate is not null)
        {
            var secure = new SslStream(_stream);
            await secure.AuthenticateAsServerAsync(_certificate).WithDeadline();
            _stream = secure;
        }
        while (Greeting.Split("*").Length <= answers.Length)
            Greeting += await ReadAsync();
        await SayAsync(string.Concat(answers));
    }

    public async Task SayAsync(string text) => await _stream!.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask().WithDeadline();

    public async Task<string> ReadAsync()
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await _stream!.ReadAsync(buffer).AsTask().WithDeadline());
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        if (_stream is not null)
            await _stream.DisposeAsync();
    }
}
