using System.Text;
using SocketIo.Protocol;

namespace SocketIo;

/// <summary>
/// An event as it arrived, for catch-all listeners, middleware, and handlers of any number of arguments. It owns its memory and can
/// be kept; thread-safe.
/// </summary>
public sealed class IncomingEvent
{
    private readonly PacketParser? _parser;
    private readonly byte[] _packet = [];
    private readonly ReadOnlyMemory<byte> _name;
    private readonly byte[][] _attachments = [];
    private readonly ArgumentPlace _first;

    // Written once, when somebody asks for more than the first argument.
    private ArgumentPlace[]? _places;
    private string? _nameText;

    // in a unit test only
    private readonly object?[]? _values;

    /// <summary>Makes an event, for unit tests of a handler or listener.</summary>
    /// <param name="name">The name.</param>
    /// <param name="arguments">The arguments; <see cref="Get"/> gives them as they are, without conversion.</param>
    public IncomingEvent(string name, params EventArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(name);
        _nameText = name;
        _values = arguments.ToArray();
        AckId = PacketHeader.NoId;
    }

    /// <param name="arguments">At the first argument; what it refers to is copied.</param>
    /// <param name="ackId">The id, or <see cref="PacketHeader.NoId"/>.</param>
    internal IncomingEvent(scoped in ArgumentReader arguments, long ackId)
    {
        _parser = arguments.Parser;
        _packet = arguments.Packet.ToArray();
        _name = arguments.Packet.Overlaps(arguments.EventName, out var start)
            ? _packet.AsMemory(start, arguments.EventName.Length)
            : arguments.EventName.ToArray();
        _attachments = arguments.Attachments;
        _first = arguments.Place;
        AckId = ackId;
    }

    /// <summary>The event's name.</summary>
    public string Name => _nameText ??= Encoding.UTF8.GetString(_name.Span);

    /// <summary>The number of arguments, without the acknowledgement. The first use takes time in proportion to the event's size.</summary>
    public int Count => _values?.Length ?? Places.Length;

    /// <summary>Whether the client waits for an acknowledgement.</summary>
    public bool WantsAck
    {
        get => AckId != PacketHeader.NoId;
        init => AckId = value ? 0 : PacketHeader.NoId;
    }

    internal long AckId { get; private init; }

    /// <summary>Roughly the memory that the event holds: its bytes, and its objects and place in a queue.</summary>
    internal int Size => 256 + _packet.Length + _attachments.Sum(static attachment => attachment.Length);

    private ArgumentPlace[] Places => Volatile.Read(ref _places) ?? FindPlaces();

    /// <summary>An argument; default past the last one.</summary>
    /// <param name="index">Counts from zero, without the event's name.</param>
    /// <typeparam name="T">What the argument is read as; see <see cref="SocketIoOptions.Json"/>.</typeparam>
    /// <returns>The argument, converted anew with each call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    /// <exception cref="EventArgumentException">The argument is no <typeparamref name="T"/>.</exception>
    public T? Get<T>(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (_values is not null)
            return GivenValues.Get<T>(_values, index, Name);
        if (index == 0)
            return Open().Read<T>();
        if (index >= Places.Length)
            return default;
        return OpenAt(Places[index], index).Read<T>();
    }

    /// <summary>
    /// All arguments as plain values: null, bool, long, double, string, byte[], and lists and dictionaries of such
    /// (<see cref="SocketIoOptions.Json"/>). Emitted again, they arrive as they came:
    /// <c>EmitAsync(incoming.Name, [.. incoming.ToArray()])</c>.
    /// </summary>
    /// <returns>The arguments, converted anew with each call.</returns>
    public object?[] ToArray()
    {
        if (_values is not null)
            return [.. _values];
        var values = new List<object?>();
        for (var arguments = Open(); arguments.HasMore;)
            values.Add(arguments.Read<object?>());
        return [.. values];
    }

    /// <summary>The arguments from the first one on.</summary>
    internal ArgumentReader Open() => OpenAt(_first, 0);

    private ArgumentReader OpenAt(in ArgumentPlace place, int index) => new(_parser!, _packet, _name.Span, _attachments, place, index);

    // One walk over the event, however many arguments are asked for after it.
    private ArgumentPlace[] FindPlaces()
    {
        var places = new List<ArgumentPlace>();
        for (var arguments = Open(); arguments.HasMore; arguments.Skip())
            places.Add(arguments.Place);
        var found = places.ToArray();
        Volatile.Write(ref _places, found);
        return found;
    }
}
