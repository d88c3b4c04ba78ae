using SocketIo.Functional.Tests.Browser;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>What the table's clients run in and visit, each started when it is first needed.</summary>
internal sealed class TableClients : IAsyncDisposable
{
    private readonly Lazy<Task<TableServer>> _server = new(() => TableServer.StartAsync());
    private readonly Lazy<Task<TableServer>> _messagePackServer = new(() => TableServer.StartAsync(messagePack: true));
    private readonly Lazy<Task<Chromium>> _browser = new(Chromium.StartAsync);

    // Debian's own, whichever python comes first in the path
    private readonly Lazy<Task<NodeDriver>> _python = new(() => NodeDriver.StartAsync("/usr/bin/python3", "driver.py"));

    public Task<Chromium> Browser => _browser.Value;

    public Task<NodeDriver> Python => _python.Value;

    public Task<TableServer> ServerAsync(bool messagePack) => (messagePack ? _messagePackServer : _server).Value;

    public async ValueTask DisposeAsync()
    {
        await DisposeAsync(_browser);
        await DisposeAsync(_python);
        await DisposeAsync(_server);
        await DisposeAsync(_messagePackServer);
    }

    private static async Task DisposeAsync<T>(Lazy<Task<T>> started) where T : IAsyncDisposable
    {
        if (started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await started.Value).DisposeAsync();
    }
}
