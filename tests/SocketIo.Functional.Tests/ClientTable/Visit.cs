namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>One connection to the table's server, which knows it by a number in the query.</summary>
internal sealed class Visit(Uri server, string number, bool refused)
{
    private readonly TaskCompletionSource<Socket> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Address { get; } = server.ToString();

    /// <summary>What the client sends in its query.</summary>
    public Dictionary<string, string> Query { get; } =
        refused ? new() { ["visit"] = number, ["refuse"] = "yes" } : new() { ["visit"] = number };

    /// <summary>The server's side.</summary>
    public Task<Socket> Socket => _connected.Task;

    /// <summary>The server's reason of the disconnect.</summary>
    public Task<string> Reason => _left.Task;

    public void Connected(Socket socket) => _connected.SetResult(socket);

    public Task LeftAsync(string reason)
    {
        _left.SetResult(reason);
        return Task.CompletedTask;
    }
}
