namespace SocketIo.Topics.Testing;

/// <summary>One kind of store for the conformance tests: the data of one test, and stores over it.</summary>
public abstract class StoreHarness : IAsyncDisposable
{
    /// <summary>A store over this test's data. A second one at the same time only where stores are shared.</summary>
    public abstract ITopicStore CreateStore();

    /// <summary>Called once, before the first store is made.</summary>
    public virtual ValueTask StartAsync() => ValueTask.CompletedTask;

    /// <summary>Asks the database whether it is whole, while no store is open.</summary>
    public virtual ValueTask AssertIntactAsync() => ValueTask.CompletedTask;

    /// <summary>Deletes the data.</summary>
    public abstract ValueTask DisposeAsync();
}
