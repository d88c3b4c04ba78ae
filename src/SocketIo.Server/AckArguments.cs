namespace SocketIo;

/// <summary>
/// Several arguments for one acknowledgement: a handler that returns it answers as <c>callback(a, b)</c> does in JavaScript.
/// </summary>
public sealed class AckArguments
{
    private readonly object?[] _values;

    /// <summary>Takes the arguments in their order.</summary>
    public AckArguments(params object?[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = values;
    }

    internal ReadOnlySpan<object?> Values => _values;
}
