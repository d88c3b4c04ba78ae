using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Rooms;

/// <summary>How many members each room has now.</summary>
internal sealed class RoomSizes<T>(RoomIndex<T> rooms) : IReadOnlyDictionary<string, int> where T : class
{
    public int Count => rooms.Count;

    public IEnumerable<string> Keys => rooms.All.Select(static room => room.Name);

    public IEnumerable<int> Values => rooms.All.Select(static room => room.Count);

    public int this[string key] =>
        TryGetValue(key, out var size) ? size : throw new KeyNotFoundException($"Nobody is in a room '{key}'.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out int value)
    {
        value = rooms.TryGet(key, out var room) ? room.Count : 0;
        return value > 0;
    }

    public IEnumerator<KeyValuePair<string, int>> GetEnumerator() =>
        rooms.All.Select(static room => KeyValuePair.Create(room.Name, room.Count)).Where(static pair => pair.Value > 0).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
