namespace SocketIo.Cluster.Tests.Servers;

/// <summary>A backplane without other servers that breaks the rules of its interface, as a test asks it to.</summary>
internal sealed class FaultyBackplane : Backplane
{
    /// <summary>Runs when a namespace opens.</summary>
    public Func<Task> Opening { get; set; } = static () => Task.CompletedTask;

    /// <summary>Runs when a room opens.</summary>
    public Func<ValueTask> OpeningRoom { get; set; } = static () => ValueTask.CompletedTask;

    /// <summary>Runs when a room closes.</summary>
    public Action ClosingRoom { get; set; } = static () => { };

    /// <summary>Runs when messages are sent.</summary>
    public Func<ValueTask> Sending { get; set; } = static () => ValueTask.CompletedTask;

    /// <summary>Runs when a namespace leaves.</summary>
    public Func<ValueTask> Leaving { get; set; } = static () => ValueTask.CompletedTask;

    /// <summary>Whether it makes no links.</summary>
    public bool IsEmpty { get; set; }

    public override string Name => "faulty";

    public override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        ReportConnected();
        return ValueTask.CompletedTask;
    }

    public override NamespaceLink Open(string namespaceName, INodeReceiver? receiver) => IsEmpty ? null! : new Link(this);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Link(FaultyBackplane backplane) : NamespaceLink
    {
        public override async ValueTask OpenAsync(CancellationToken cancellationToken) => await backplane.Opening();

        public override ValueTask SendAsync(ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken) => backplane.Sending();

        public override ValueTask OpenRoomAsync(string room) => backplane.OpeningRoom();

        public override void CloseRoom(string room) => backplane.ClosingRoom();

        public override ValueTask DisposeAsync() => backplane.Leaving();
    }
}
