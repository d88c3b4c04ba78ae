namespace SocketIo.Topics;

/// <summary>An event of a shared subscription that this server has claimed; guarded by the subscription's lock.</summary>
internal sealed class Handout(StoredEvent stored, int attempt)
{
    public StoredEvent Stored => stored;

    /// <summary>How many-th time it is handed to a receiver, on any server.</summary>
    public int Attempt { get; private set; } = attempt;

    /// <summary>Who has it; null while it waits for somebody.</summary>
    public OneOfLane? Lane { get; private set; }

    public void Give(OneOfLane lane) => Lane = lane;

    /// <summary>It goes to another receiver.</summary>
    public void TakeBack()
    {
        Lane = null;
        Attempt++;
    }
}
