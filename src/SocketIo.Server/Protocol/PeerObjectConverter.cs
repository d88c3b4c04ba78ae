using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <summary>Writes an object of values that were written before. It is never read.</summary>
internal sealed class PeerObjectConverter : JsonConverter<PeerObject>
{
    private static readonly PeerValueConverter Values = new();

    public override PeerObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, PeerObject value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in value.Members)
        {
            writer.WritePropertyName(name);
            Values.Write(writer, member, options);
        }
        writer.WriteEndObject();
    }
}
