using System.Globalization;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>A server with topics that is a process of its own (tests/SocketIo.Topics.Node), to be killed.</summary>
internal sealed class TopicNode : IAsyncDisposable
{
    private readonly Daemon _daemon;
    private bool _isOver;

    private TopicNode(Daemon daemon, int port) => (_daemon, Port) = (daemon, port);

    public int Port { get; }

    private string[] Lines => _daemon.Output.Split('\n', StringSplitOptions.TrimEntries);

    public static async Task<TopicNode> StartAsync(string kind, string where, int port, int emitters)
    {
        var program = Path.Combine(
            Repository.Root, "tests", "SocketIo.Topics.Node", "bin", Repository.Configuration, "net10.0", "SocketIo.Topics.Node.dll");
        var daemon = await Daemon.StartAsync("dotnet", [program, kind, where, $"{port}", $"{emitters}"]);
        var node = new TopicNode(daemon, port);
        await Deadlines.Eventually(() => !daemon.IsRunning || node.Lines.Contains("listening"), deadline: TimeSpan.FromMinutes(1));
        Assert.That(daemon.IsRunning, daemon.Output);
        return node;
    }

    /// <summary>Opens a stock client of a user that acknowledges everything, and comes back whenever the connection is lost.</summary>
    public async Task<NodeClient> ConnectAsync(string user, string[] transports, string sharing = "all")
    {
        var client = await StockClients.Node.OpenAsync($"http://127.0.0.1:{Port}/", new
        {
            transports,
            query = new { user, sharing },
            reconnection = true,
            reconnectionDelay = 20,
            reconnectionDelayMax = 100,
            autoConnect = false,
        });
        await client.OnAckAsync("order");
        await client.ConnectAsync();
        return client;
    }

    /// <summary>Waits until an emit has completed.</summary>
    public Task StoringAsync() => Deadlines.Eventually(() => Lines.Any(static line => line.StartsWith("stored ", StringComparison.Ordinal)));

    /// <summary>Kills the process (with signal 9).</summary>
    /// <returns>The emits that had completed: sequence and text.</returns>
    public async Task<Dictionary<long, string>> KillAsync()
    {
        await DisposeAsync();
        return Lines
            .Where(static line => line.StartsWith("stored ", StringComparison.Ordinal) && line.EndsWith(" .", StringComparison.Ordinal))
            .Select(static line => line.Split(' '))
            .ToDictionary(static words => long.Parse(words[1], CultureInfo.InvariantCulture), static words => words[2]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
            return;
        _isOver = true;
        await _daemon.DisposeAsync();
    }
}
