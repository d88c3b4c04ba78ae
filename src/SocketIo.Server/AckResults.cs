using SocketIo.Cluster;

namespace SocketIo;

/// <summary>The acknowledgements of a broadcast. Missing ones are normal and no exception.</summary>
/// <typeparam name="T">What each acknowledgement was read as.</typeparam>
public sealed class AckResults<T>
{
    /// <summary>Makes the result of a broadcast.</summary>
    /// <param name="responses">The acknowledgements.</param>
    /// <param name="missing">The ids of the sockets without one.</param>
    public AckResults(IReadOnlyList<AckResponse<T>> responses, IReadOnlyList<string> missing)
    {
        ArgumentNullException.ThrowIfNull(responses);
        ArgumentNullException.ThrowIfNull(missing);
        Responses = responses;
        Missing = missing;
        MissingCount = missing.Count;
    }

    /// <summary>The acknowledgements in the order of their arrival.</summary>
    public IReadOnlyList<AckResponse<T>> Responses { get; }

    /// <summary>
    /// The ids of the sockets that did not acknowledge in time, disconnected before, or sent a value that can't be converted to
    /// <typeparamref name="T"/>. Those of other servers are among them as far as these tell ids, which JavaScript servers do not.
    /// </summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>How many sockets are missing: those of <see cref="Missing"/>, and those that other servers count without naming them.</summary>
    public int MissingCount { get; init; }

    /// <summary>The other servers that did not tell in time how many of their sockets got the event; none for a server alone.</summary>
    public MissingNodes MissingServers { get; init; }

    /// <summary>The timeout, if the wait ended with it.</summary>
    internal TimeSpan? TimeWasUpAfter { get; init; }

    /// <summary>Whether every recipient acknowledged, those of all servers included.</summary>
    public bool IsComplete => MissingCount == 0 && MissingServers.None;

    /// <summary>The acknowledged values in the order of their arrival.</summary>
    public IEnumerable<T> Values => Responses.Select(static response => response.Value);
}
