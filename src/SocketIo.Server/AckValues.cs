using SocketIo.Protocol;

namespace SocketIo;

/// <summary>What a client acknowledged with: any number of values.</summary>
public sealed class AckValues
{
    // one of the two
    private readonly object?[]? _values;
    private readonly IncomingEvent? _packet;

    /// <summary>Makes an acknowledgement of these values, for unit tests.</summary>
    /// <param name="values">The values, in the order of the client's callback.</param>
    public AckValues(params EventArguments values)
    {
        _values = values.ToArray();
        Count = _values.Length;
    }

    internal AckValues(in ArgumentReader arguments)
    {
        _packet = new IncomingEvent(arguments, PacketHeader.NoId);
        Count = _packet.Count;
    }

    /// <summary>The number of values; 0 when the client called its callback without any.</summary>
    public int Count { get; }

    /// <summary>Reads a value.</summary>
    /// <typeparam name="T">The type to convert it to.</typeparam>
    /// <param name="index">The position, from zero.</param>
    /// <returns>The value; <c>default</c> past the last one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    /// <exception cref="EventArgumentException">The value can't be converted to <typeparamref name="T"/>.</exception>
    public T? Get<T>(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return _packet is not null ? _packet.Get<T>(index) : GivenValues.Get<T>(_values!, index, null);
    }

    /// <summary>Reads all values, as <see cref="IncomingEvent.ToArray"/> does with an event's arguments.</summary>
    /// <returns>The values, converted anew with each call.</returns>
    public object?[] ToArray() => _packet is not null ? _packet.ToArray() : [.. _values!];
}
