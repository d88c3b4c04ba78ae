using System.Text.Json;

namespace SocketIo.Cluster.Formats;

/// <summary>
/// A session as JavaScript nodes keep it: base64 of MessagePack, <c>{sid, pid, rooms, data}</c>. The members "start", "generation",
/// "changes" and "owner" are read by .NET nodes only.
/// </summary>
internal static class SessionFormat
{
    public static string Write(StoredSession session)
    {
        var buffer = new MessagePackBuffer();
        buffer.WriteMapHead(
            4 + (session.Start is null ? 0 : 1) + (session.Generation == 0 ? 0 : 1) + (session.RoomChanges == 0 ? 0 : 1) + (session.Owner is null ? 0 : 1));
        Text(buffer, "sid"u8, session.SocketId);
        Text(buffer, "pid"u8, session.Pid);
        buffer.WriteText("rooms"u8);
        buffer.WriteArrayHead(session.Rooms.Count);
        foreach (var room in session.Rooms)
            buffer.Write(room);
        buffer.WriteText("data"u8);
        if (session.Data.IsEmpty)
            buffer.WriteMapHead(0);
        else
            MessagePackFromJson.Write(session.Data, buffer, MessagePackFlavor.Official);
        if (session.Start is not null)
            Text(buffer, "start"u8, session.Start);
        Number(buffer, "generation"u8, session.Generation);
        Number(buffer, "changes"u8, session.RoomChanges);
        if (session.Owner is not null)
            Text(buffer, "owner"u8, session.Owner);
        return Convert.ToBase64String(buffer.Written);
    }

    /// <summary>Reads a session; null when it is none.</summary>
    public static StoredSession? TryRead(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            && ClusterMessagePack.TryReadValue(bytes.AsMemory(0, length), out var value, out _)
                ? Read(value)
                : null;
    }

    private static StoredSession? Read(in PacketData value)
    {
        var reader = new Utf8JsonReader(value.Json.Span);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            return null;
        var (sid, pid, start, owner) = (default(string), default(string), default(string), default(string));
        var (rooms, data, generation, changes) = (new List<string>(), default(PacketData), 0, 0);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            switch (name, reader.TokenType)
            {
                case ("sid", JsonTokenType.String):
                    sid = reader.GetString();
                    break;
                case ("pid", JsonTokenType.String):
                    pid = reader.GetString();
                    break;
                case ("start", JsonTokenType.String):
                    start = reader.GetString();
                    break;
                case ("owner", JsonTokenType.String):
                    owner = reader.GetString();
                    break;
                case ("generation", JsonTokenType.Number):
                    generation = reader.TryGetInt32(out var number) ? number : 0;
                    break;
                case ("changes", JsonTokenType.Number):
                    changes = reader.TryGetInt32(out var count) ? count : 0;
                    break;
                case ("rooms", JsonTokenType.StartArray):
                    ReadRooms(ref reader, rooms);
                    break;
                default:
                    reader.Skip();
                    if (name == "data" && value.Json.Span[from] == '{')
                        data = value.Slice(from..(int)reader.BytesConsumed);
                    break;
            }
        }
        return sid is null || pid is null
            ? null
            : new StoredSession
            {
                SocketId = sid, Pid = pid, Rooms = RoomNames.Create([.. rooms]), Data = data, Start = start,
                Generation = generation, RoomChanges = changes, Owner = owner,
            };
    }

    // JavaScript may have numbers where texts are meant
    private static void ReadRooms(ref Utf8JsonReader reader, List<string> rooms)
    {
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.String)
                rooms.Add(reader.GetString()!);
            else if (reader.TokenType is JsonTokenType.Number)
                rooms.Add(System.Text.Encoding.ASCII.GetString(reader.ValueSpan));
            else
                reader.Skip();
        }
    }

    private static void Number(MessagePackBuffer buffer, ReadOnlySpan<byte> name, int value)
    {
        if (value == 0)
            return;
        buffer.WriteText(name);
        buffer.Write(value);
    }

    private static void Text(MessagePackBuffer buffer, ReadOnlySpan<byte> name, string value)
    {
        buffer.WriteText(name);
        buffer.Write(value);
    }
}
