namespace SocketIo.Topics;

/// <summary>A server has left or is dead: what it has claimed is released, and its subscribers are detached.</summary>
/// <param name="owner">The server.</param>
public sealed class RemoveOwner(string owner) : TopicOperation
{
    /// <summary>The server.</summary>
    public string Owner => owner;
}
