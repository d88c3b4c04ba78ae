namespace SocketIo.Topics;

/// <summary>The store did not do what it was asked: it is away, slow, full, or was asked for too much.</summary>
public sealed class TopicStoreException : Exception
{
    /// <summary>Says what failed.</summary>
    /// <param name="message">What failed.</param>
    /// <param name="inner">The driver's exception.</param>
    public TopicStoreException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>
    /// Whether what was written may be in the store all the same, as when the connection broke before the answer came. False means that
    /// nothing was stored.
    /// </summary>
    public bool MayBeStored { get; init; }

    /// <summary>Whether trying again is in vain, as with a file of a newer version.</summary>
    public bool IsPermanent { get; init; }
}
