using System.Text.Json;

namespace SocketIo.Protocol;

internal readonly struct JsonArgumentWriter(JsonValues values, Utf8JsonWriter json) : IArgumentWriter
{
    private readonly JsonValues _values = values;
    private readonly Utf8JsonWriter _json = json;

    public void Write<T>(T value) => _values.Write(_json, value);
}
