using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SocketIo.Cluster;

namespace SocketIo.Emitter;

/// <summary>Writes the name and the arguments of an event.</summary>
internal sealed class EmitterArguments
{
    private readonly JsonSerializerOptions _options;
    private readonly JsonWriterOptions _writer;

    public EmitterArguments(JsonSerializerOptions? options)
    {
        _options = new JsonSerializerOptions(options ?? new JsonSerializerOptions(JsonSerializerDefaults.Web));
        _options.Encoder ??= JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        _options.TypeInfoResolver ??= DefaultResolver();
        _options.Converters.Add(new BinaryConverter());
        _options.MakeReadOnly();
        _writer = new JsonWriterOptions { Encoder = _options.Encoder, MaxDepth = int.MaxValue, SkipValidation = true };
    }

    public PacketData Write(string eventName) => Write(eventName, static (_, _, _) => { }, 0);

    public PacketData Write<T1>(string eventName, T1 arg1) => Write(eventName, static (self, writer, arg1) => self.Add(writer, arg1), arg1);

    public PacketData Write(string eventName, ReadOnlySpan<object?> arguments) => Write(
        eventName,
        static (self, writer, args) =>
        {
            foreach (var arg in args)
                self.Add(writer, arg);
        },
        arguments.ToArray());

    private PacketData Write<TArgs>(string eventName, Action<EmitterArguments, Utf8JsonWriter, TArgs> add, TArgs args)
    {
        ThrowIfReserved(eventName);
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output, _writer);
        var attachments = BinaryConverter.Begin();
        try
        {
            writer.WriteStartArray();
            writer.WriteStringValue(eventName);
            add(this, writer, args);
            writer.WriteEndArray();
            writer.Flush();
        }
        finally
        {
            BinaryConverter.End();
        }
        return new PacketData(output.WrittenMemory, attachments.Count == 0 ? null : [.. attachments]);
    }

    private void Add<T>(Utf8JsonWriter writer, T value)
    {
        if (value is null)
            writer.WriteNullValue();
        else if (typeof(T) == typeof(object))
            JsonSerializer.Serialize(writer, value, _options.GetTypeInfo(value.GetType()));
        else
            JsonSerializer.Serialize(writer, value, (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));
    }

    private static void ThrowIfReserved(string eventName)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        if (eventName is "connect" or "connect_error" or "disconnect" or "disconnecting" or "newListener" or "removeListener")
            throw new ArgumentException($"The event name '{eventName}' is reserved: clients and servers raise it themselves.", nameof(eventName));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the application left reflection on.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the application left reflection on.")]
    private static DefaultJsonTypeInfoResolver? DefaultResolver() =>
        JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : null;
}
