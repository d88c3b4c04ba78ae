using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>A command on its way to the master of its key, and what takes its answer.</summary>
/// <param name="key">The key that decides on the master.</param>
internal abstract class RedisCall(string key)
{
    public string Key => key;

    /// <summary>Whether Redis has carried it out, or may have: it was sent, and not refused.</summary>
    public bool MayBeDone { get; set; }

    /// <summary>Why Redis did not carry it out; null when it did, or has not answered.</summary>
    public RespException? Refusal { get; private set; }

    /// <summary>Writes the command, one.</summary>
    public abstract void Write(RespWriter commands);

    /// <summary>Takes the answer.</summary>
    public void Take(RespReader reply)
    {
        var ahead = reply;
        Refusal = ahead.Read() == RespKind.Error ? new RespException(ahead.Text) : null;
        MayBeDone = Refusal is null;
        if (Refusal is null)
            Read(reply);
    }

    /// <summary>Redis refuses this call for what it finds at its keys: what it was for fails alone.</summary>
    /// <returns>False where it is for more than operations of one topic.</returns>
    public virtual bool TryFail(TopicStoreException failure) => false;

    /// <summary>Reads an answer that is no refusal.</summary>
    protected abstract void Read(RespReader reply);
}
