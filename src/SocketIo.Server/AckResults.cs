namespace SocketIo;

/// <summary>The acknowledgements of a broadcast. That some are missing is normal, so it is no exception.</summary>
/// <typeparam name="T">The type of the first argument of each acknowledgement.</typeparam>
public sealed class AckResults<T>
{
    internal AckResults(IReadOnlyList<AckResponse<T>> responses, IReadOnlyList<string> missing)
    {
        Responses = responses;
        Missing = missing;
    }

    /// <summary>The acknowledgements in the order of their arrival.</summary>
    public IReadOnlyList<AckResponse<T>> Responses { get; }

    /// <summary>The ids of the sockets that did not answer in time, left before, or sent something that is no <typeparamref name="T"/>.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Whether everybody answered.</summary>
    public bool Complete => Missing.Count == 0;

    /// <summary>The acknowledged values in the order of their arrival.</summary>
    public IEnumerable<T?> Values => Responses.Select(static response => response.Value);
}

/// <summary>One acknowledgement of a broadcast.</summary>
/// <param name="SocketId">Who acknowledged.</param>
/// <param name="Value">The first argument; default when there was none.</param>
public readonly record struct AckResponse<T>(string SocketId, T? Value);
