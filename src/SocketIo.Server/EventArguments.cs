using System.ComponentModel;
using System.Runtime.CompilerServices;
using SocketIo.Protocol;

namespace SocketIo;

/// <summary>
/// The arguments of an event written as a collection expression, for any number and any mix of types:
/// <c>EmitAsync("hello", [1, "2", new { three = 4 }])</c>.
/// </summary>
/// <remarks>
/// Each element is one argument and is serialised by its run-time type. An array passed without brackets is not
/// converted to this type: it stays one argument.
/// </remarks>
[CollectionBuilder(typeof(EventArguments), nameof(Create))]
public readonly ref struct EventArguments : IEventArguments
{
    private readonly ReadOnlySpan<object?> _items;

    private EventArguments(ReadOnlySpan<object?> items) => _items = items;

    /// <summary>Gets the number of arguments.</summary>
    public int Count => _items.Length;

    /// <summary>Makes the arguments of a collection expression. Called by the compiler.</summary>
    /// <param name="items">The arguments, which are not copied.</param>
    /// <returns>The arguments.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static EventArguments Create(ReadOnlySpan<object?> items) => new(items);

    /// <summary>Enumerates the arguments.</summary>
    /// <returns>The enumerator.</returns>
    public ReadOnlySpan<object?>.Enumerator GetEnumerator() => _items.GetEnumerator();

    /// <summary>Copies the arguments into an array.</summary>
    /// <returns>The array.</returns>
    public object?[] ToArray() => _items.ToArray();

    void IEventArguments.WriteTo<TWriter>(scoped ref TWriter writer)
    {
        foreach (var item in _items)
            writer.Write(item);
    }
}
