using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Servers;

/// <summary>The Node process that all tests of these servers share.</summary>
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
}
