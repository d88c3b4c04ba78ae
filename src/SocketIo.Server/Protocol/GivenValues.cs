namespace SocketIo.Protocol;

/// <summary>Values that a unit test gives in place of those of a packet.</summary>
internal static class GivenValues
{
    /// <summary>A value as it was given; default past the last one.</summary>
    /// <exception cref="EventArgumentException">It is of another type.</exception>
    public static T? Get<T>(object?[] values, int index, string? eventName)
    {
        if (index >= values.Length)
            return default;
        try
        {
            return (T?)values[index];
        }
        catch (Exception inner) when (inner is InvalidCastException or NullReferenceException)
        {
            throw new EventArgumentException(eventName, index, typeof(T), inner);
        }
    }
}
