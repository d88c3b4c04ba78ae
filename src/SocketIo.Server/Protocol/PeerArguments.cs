using System.Text;
using System.Text.Json;
using SocketIo.Cluster;

namespace SocketIo.Protocol;

/// <summary>The arguments of an event that came from another server, or goes to others: JSON that was checked, or was written here.</summary>
internal readonly struct PeerArguments : IEventArguments
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    private readonly PacketData _data;

    /// <param name="data">An array: the event's name and its arguments.</param>
    public PeerArguments(in PacketData data) => _data = data;

    public string EventName
    {
        get
        {
            var reader = Open();
            return reader.TokenType is JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    public int Count
    {
        get
        {
            var count = 0;
            for (var reader = Open(); reader.Read() && reader.TokenType is not JsonTokenType.EndArray; count++)
                reader.Skip();
            return count;
        }
    }

    public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter
    {
        for (var reader = Open(); reader.Read() && reader.TokenType is not JsonTokenType.EndArray;)
            writer.Write(Next(ref reader));
    }

    public object?[] ToArray()
    {
        var values = new List<object?>();
        for (var reader = Open(); reader.Read() && reader.TokenType is not JsonTokenType.EndArray;)
            values.Add(JsonElement.Parse(Next(ref reader).Data.Json.Span, new JsonDocumentOptions { MaxDepth = int.MaxValue }));
        return [.. values];
    }

    // At the name.
    private Utf8JsonReader Open()
    {
        var reader = new Utf8JsonReader(_data.Json.Span, Options);
        reader.Read();
        reader.Read();
        return reader;
    }

    private PeerValue Next(scoped ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new PeerValue(_data.Slice(start..(int)reader.BytesConsumed));
    }
}
