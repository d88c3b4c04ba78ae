namespace SocketIo;

/// <summary>
/// Any number of values for one acknowledgement: a handler that returns it answers as <c>callback(a, b)</c> does in JavaScript. Several values may be a
/// tuple as well.
/// </summary>
public sealed class AckArguments
{
    private readonly object?[] _values;

    /// <summary>Takes the values in their order.</summary>
    /// <param name="values">The values, also as a collection expression. A list is one value.</param>
    public AckArguments(params EventArguments values) => _values = values.ToArray();

    internal ReadOnlySpan<object?> Values => _values;
}
