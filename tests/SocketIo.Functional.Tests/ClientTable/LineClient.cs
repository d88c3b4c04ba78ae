using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>A client in a driver's process.</summary>
internal sealed class LineClient(NodeClient client) : IStockClient
{
    public static async Task<IStockClient> OpenAsync(NodeDriver driver, Visit visit, object options)
    {
        var client = await driver.OpenAsync(visit.Address, options);
        await client.OnAckEchoAsync("text");
        await client.OnAckEchoAsync("bytes");
        return new LineClient(client);
    }

    public Task ConnectedAsync() => client.ConnectedAsync();

    public async Task<string?> RefusedAsync() => (await client.NextEventAsync("connect_error")).Args[0].GetString();

    public async Task<string?> EchoAsync(string text) => (await client.EmitWithAckAsync("echo", text)).Single().GetString();

    public async Task<byte[]> ReverseAsync(byte[] bytes) => (await client.EmitWithAckAsync("reverse", bytes)).Single().GetBinary();

    public async Task<string?> FirstNewsAsync() => (await client.NextEventAsync("news")).Args.Single().GetString();

    public Task DisconnectAsync() => client.DisconnectAsync();

    public async Task<string?> DisconnectedAsync() => (await client.NextEventAsync("disconnect")).Args[0].GetString();

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
