using System.Text.Json;

namespace SocketIo.Cluster.Formats;

/// <summary>Writes a value whose binary data must travel in JSON: as JavaScript does, <c>{"type":"Buffer","data":[1,2]}</c>.</summary>
internal static class JsonWithBuffers
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1000 };

    public static void Write(in PacketData data, scoped in Utf8Output output)
    {
        if (!data.HasAttachments)
        {
            output.Raw(data.Json.Span);
            return;
        }

        var json = new Utf8JsonReader(data.Json.Span, Options);
        var copied = 0;
        while (json.Read())
        {
            var start = (int)json.TokenStartIndex;
            if (json.TokenType is not JsonTokenType.StartObject || !Placeholder.TryRead(ref json, data.Attachments.Length, out var number))
                continue;
            output.Raw(data.Json.Span[copied..start]);
            output.Buffer(data.Attachments[number].Span);
            copied = (int)json.BytesConsumed;
        }
        output.Raw(data.Json.Span[copied..]);
    }
}
