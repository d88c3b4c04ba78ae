using System.Runtime.CompilerServices;

namespace SocketIo.Cluster.Testing;

/// <summary>What the conformance tests have in common: nodes on the backplane that a derived class makes, and waiting for them.</summary>
public abstract class ClusterTests
{
    /// <summary>Long enough for a busy machine; a test that passes never waits for it.</summary>
    protected static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly List<TestNode> _nodes = [];

    /// <summary>Makes the backplane of one more server, not started. Those of one test reach each other, and none of other tests.</summary>
    protected abstract Backplane CreateBackplane();

    /// <summary>Whether <see cref="StopAsync"/> and <see cref="StartAsync"/> work; else the tests that need them are skipped.</summary>
    protected virtual bool CanStop => false;

    /// <summary>Stops what connects the servers, such as the Redis server: all of them see it go away.</summary>
    protected virtual Task StopAsync() => Task.CompletedTask;

    /// <summary>Starts it again.</summary>
    protected virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>Whether <see cref="KillAsync"/> works.</summary>
    protected virtual bool CanKill => false;

    /// <summary>Ends a server's connections as if its process had been killed: without a farewell, and for good.</summary>
    protected virtual Task KillAsync(Backplane backplane) => Task.CompletedTask;

    /// <summary>Whether <see cref="HangAsync"/> works.</summary>
    protected virtual bool CanHang => false;

    /// <summary>Stops a server from reading and sending, while its connections stay.</summary>
    protected virtual Task HangAsync(Backplane backplane) => Task.CompletedTask;

    /// <summary>All nodes leave.</summary>
    [TearDown]
    public async Task LeaveAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
    }

    /// <summary>A node that has not been started.</summary>
    protected TestNode Create(ClusterOptions? options = null)
    {
        var node = new TestNode(CreateBackplane(), options);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A node that is connected.</summary>
    protected async Task<TestNode> JoinAsync(ClusterOptions? options = null)
    {
        var node = Create(options);
        await node.StartAsync().AsTask().WaitAsync(Deadline);
        await node.Root.WhenOpen.WaitAsync(Deadline);
        return node;
    }

    /// <summary>Two nodes that know each other.</summary>
    protected async Task<(TestNode A, TestNode B)> JoinTwoAsync()
    {
        var nodes = (await JoinAsync(), await JoinAsync());
        await MeetAsync(nodes.Item1.Root, nodes.Item2.Root);
        return nodes;
    }

    /// <summary>Three nodes that know each other.</summary>
    protected async Task<(TestNode A, TestNode B, TestNode C)> JoinThreeAsync()
    {
        var nodes = (await JoinAsync(), await JoinAsync(), await JoinAsync());
        await MeetAsync(nodes.Item1.Root, nodes.Item2.Root, nodes.Item3.Root);
        return nodes;
    }

    /// <summary>Waits until each namespace gets the answers of all others.</summary>
    protected static async Task MeetAsync(params TestNamespace[] namespaces)
    {
        foreach (var one in namespaces)
        {
            await one.WhenOpen.WaitAsync(Deadline);
            await UntilAsync(async () => (await one.ServerSideEmitWithAckAsync("[\"meet\"]")) is { Missing.None: true } met && met.Answers.Count == namespaces.Length - 1, "all nodes answer");
        }
    }

    /// <summary>Waits until a condition becomes true.</summary>
    protected static Task EventuallyAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        UntilAsync(() => Task.FromResult(condition()), text);

    private static async Task UntilAsync(Func<Task<bool>> condition, string text)
    {
        var until = DateTime.UtcNow + Deadline;
        while (!await condition().WaitAsync(Deadline))
        {
            if (DateTime.UtcNow > until)
                throw new TimeoutException($"Never became true: {text}");
            await Task.Delay(5);
        }
    }

    /// <summary>Waits until a socket has got so many events, and says what it got.</summary>
    protected static async Task<string[]> EventsAsync(TestSocket socket, int count)
    {
        await EventuallyAsync(() => socket.EventCount >= count, $"{count} events");
        return socket.Events;
    }

    /// <summary>
    /// Waits until everything that the nodes have sent to each other before has arrived: each sends a last event, and order does the rest.
    /// </summary>
    protected static async Task SettleAsync(params TestNamespace[] namespaces)
    {
        // with a log a node's own broadcasts come back to it
        var count = namespaces.Length - 1 + (namespaces[0].Log is null ? namespaces.Length - 1 : namespaces.Length);
        var before = namespaces.Select(static one => one.Marks).ToArray();
        foreach (var one in namespaces)
            one.Mark();
        foreach (var (one, marks) in namespaces.Zip(before))
            await EventuallyAsync(() => one.Marks >= marks + count, "everything has arrived");
    }
}
