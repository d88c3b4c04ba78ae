using SocketIo.Topics.Testing;

namespace SocketIo.Topics.Tests.Stores;

public sealed class MemoryHarness : StoreHarness
{
    public override ITopicStore CreateStore() => new MemoryTopicStore();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
