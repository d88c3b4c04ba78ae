using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SocketIo.Redis.Tests.Resp;

/// <summary>
/// Takes the place of Redis for any number of connections: says in INFO what the test wants, answers what connections begin with, and knows
/// no other command.
/// </summary>
internal sealed class AnsweringServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _info;

    /// <param name="info">The lines of INFO.</param>
    public AnsweringServer(params string[] info)
    {
        _info = string.Concat(info.Append("run_id:abc").Select(static line => line + "\r\n"));
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Endpoint => _listener.LocalEndpoint.ToString()!;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // the server was disposed
        }
    }

    private async Task ServeAsync(System.Net.Sockets.Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        try
        {
            while (await ReadAsync(reader) is { } command)
                await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer(command)));
        }
        catch (IOException)
        {
            // the client has gone
        }
    }

    private string Answer(string[] command) => command[0].ToUpperInvariant() switch
    {
        "INFO" => Text(_info),
        "PING" => "+PONG\r\n",
        "ECHO" => Text(command[1]),
        "CLIENT" => command[1].Equals("ID", StringComparison.OrdinalIgnoreCase) ? ":1\r\n" : "+OK\r\n",
        "SUBSCRIBE" => $"*3\r\n{Text("subscribe")}{Text(command[1])}:1\r\n",
        "GET" => "$-1\r\n",
        _ => "-ERR unknown command\r\n",
    };

    private static string Text(string text) => $"${text.Length}\r\n{text}\r\n";

    // *count, and for each part $length and the part; null at the end
    private static async Task<string[]?> ReadAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync() is not { } head)
            return null;
        var parts = new string[int.Parse(head.AsSpan(1), CultureInfo.InvariantCulture)];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = new char[int.Parse((await reader.ReadLineAsync())!.AsSpan(1), CultureInfo.InvariantCulture) + 2];
            await reader.ReadBlockAsync(part);
            parts[i] = new string(part, 0, part.Length - 2);
        }
        return parts;
    }
}
