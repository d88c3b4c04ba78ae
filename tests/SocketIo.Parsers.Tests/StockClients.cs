using SocketIo.TestKit;

namespace SocketIo.Parsers.Tests;

/// <summary>The Node process that all tests of the assembly share.</summary>
[SetUpFixture]
public sealed class StockClients
{
    private static NodeDriver? _node;

    public static NodeDriver Node => _node ?? throw new InvalidOperationException("The Node driver is not running.");

    [OneTimeSetUp]
    public async Task StartAsync() => _node = await NodeDriver.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }

    /// <summary>Connects a client with a parser of the driver; the server must have no other client.</summary>
    public static async Task<(NodeClient Client, Socket Socket)> ConnectAsync(TestServer server, string parser, params string[] transports)
    {
        var client = await Node.OpenAsync(server.Address.ToString(), new { transports, parser, auth = new { token = "abc" } });
        await client.ConnectedAsync();
        var id = (await client.GetStateAsync()).Id!;
        await Deadlines.Eventually(() => server.Io.Sockets.ContainsKey(id));
        return (client, server.Io.Sockets[id]);
    }
}
