using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <summary>Refuses tasks wherever they are in a value: the serializer would block until they end, and send their properties.</summary>
internal sealed class UnawaitedConverter : JsonConverter<object>
{
    public static string Hint(Type type) => $"it is a {NameOf(type)} that was not awaited; await it, and send its result";

    /// <summary>Whether values of a type are tasks.</summary>
    public static bool IsTask(Type type) =>
        typeof(Task).IsAssignableFrom(type) || type == typeof(ValueTask) || type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>);

    public override bool CanConvert(Type typeToConvert) => IsTask(typeToConvert);

    public override object Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options) =>
        throw new NotSupportedException($"A value can't be sent: {Hint(value.GetType())}.");

    // what an async method returns is of an internal type
    private static string NameOf(Type type) => type.Name.StartsWith(nameof(ValueTask), StringComparison.Ordinal) ? nameof(ValueTask) : nameof(Task);
}
