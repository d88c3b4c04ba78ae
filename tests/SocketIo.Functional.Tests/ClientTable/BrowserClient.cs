using Microsoft.Playwright;
using SocketIo.Functional.Tests.Browser;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>A client in a page of its own (tests/clients/page.js).</summary>
internal sealed class BrowserClient(IPage page) : IStockClient
{
    public static async Task<IStockClient> OpenAsync(Chromium browser, string file, Visit visit, object options)
    {
        var page = await browser.OpenAsync(new Uri(new Uri(visit.Address), file).ToString());
        await page.EvaluateAsync("options => client.open(options)", options).WithDeadline();
        return new BrowserClient(page);
    }

    public Task ConnectedAsync() => page.EvaluateAsync("() => client.connected()").WithDeadline();

    public Task<string?> RefusedAsync() => AskAsync<string?>("() => client.refused()");

    public Task<string?> EchoAsync(string text) => AskAsync<string?>("text => client.echo(text)", text);

    public async Task<byte[]> ReverseAsync(byte[] bytes) =>
        Convert.FromBase64String(await AskAsync<string>("bytes => client.reverse(bytes)", Convert.ToBase64String(bytes)));

    public Task<string?> FirstNewsAsync() => AskAsync<string?>("() => client.firstNews()");

    public Task DisconnectAsync() => page.EvaluateAsync("() => client.disconnect()").WithDeadline();

    public Task<string?> DisconnectedAsync() => AskAsync<string?>("() => client.disconnected()");

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await page.CloseAsync().WithDeadline();
    }

    private Task<T> AskAsync<T>(string question, object? argument = null) => page.EvaluateAsync<T>(question, argument).WithDeadline();
}
