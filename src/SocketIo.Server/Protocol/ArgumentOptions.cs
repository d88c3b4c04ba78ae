using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SocketIo.Protocol;

/// <summary>
/// Makes the serializer's options out of the user's: one copy for reading and one for writing, for what JavaScript sends and what it
/// expects is not the same.
/// </summary>
internal static class ArgumentOptions
{
    // What 0 stands for in the options of the serializer.
    private const int DefaultDepth = 64;

    /// <summary>For numbers, or some of them, texts are written.</summary>
    public const JsonNumberHandling OtherThanNumbers = JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowNamedFloatingPointLiterals;

    /// <summary>
    /// Names in camel case as JavaScript has them, no escapes but those JSON needs, as a packet is never part of HTML, and nothing
    /// missing or null of a client where the application's types say that it is there.
    /// </summary>
    public static JsonSerializerOptions CreateDefault() => new(JsonSerializerDefaults.Web)
    {
        Encoder = StringifyEncoder.Instance,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = DefaultResolver(),
    };

    public static JsonSerializerOptions ForReading(JsonSerializerOptions options)
    {
        var copy = Copy(options);
        AddBinary(copy);
        if (options.UnknownTypeHandling is JsonUnknownTypeHandling.JsonElement)
            copy.Converters.Add(new AnyConverter());
        if (options.RespectRequiredConstructorParameters)
            copy.TypeInfoResolver = copy.TypeInfoResolver!.WithAddedModifier(LetNullableBeMissing);
        copy.MakeReadOnly();
        return copy;
    }

    /// <param name="options">The user's; an encoder of its own wins.</param>
    /// <param name="more">Converters behind those of the options.</param>
    public static JsonSerializerOptions ForWriting(JsonSerializerOptions options, IEnumerable<JsonConverter> more)
    {
        var copy = Copy(options);
        copy.Encoder ??= StringifyEncoder.Instance;

        // a client may be sent null
        copy.RespectNullableAnnotations = false;
        foreach (var converter in more)
            copy.Converters.Add(converter);
        AddBinary(copy);
        AddJson(copy);
        copy.Converters.Add(new UnawaitedConverter());
        if ((options.NumberHandling & OtherThanNumbers) == 0)
            AddNumbers(copy);
        copy.MakeReadOnly();
        return copy;
    }

    public static JsonReaderOptions ReaderOf(JsonSerializerOptions options) => new()
    {
        MaxDepth = options.MaxDepth == 0 ? DefaultDepth : options.MaxDepth,
        CommentHandling = options.ReadCommentHandling,
        AllowTrailingCommas = options.AllowTrailingCommas,
    };

    // The serializer minds the depth: a writer must only go as deep.
    public static JsonWriterOptions WriterOf(JsonSerializerOptions options) => new()
    {
        Encoder = options.Encoder,
        MaxDepth = int.MaxValue,
        SkipValidation = true,
    };

    // JavaScript leaves out what is undefined.
    private static void LetNullableBeMissing(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property is { IsRequired: true, AssociatedParameter: { IsNullable: true, IsMemberInitializer: false } })
                property.IsRequired = false;
        }
    }

    // Knows the built-in types.
    private static JsonSerializerOptions Copy(JsonSerializerOptions options) => new(options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(options.TypeInfoResolver ?? DefaultResolver(), BuiltInTypes.Default),
    };

    // Binary data as the packet has it.
    private static void AddBinary(JsonSerializerOptions options)
    {
        options.Converters.Add(new ByteArrayConverter());
        options.Converters.Add(new MemoryConverter());
        options.Converters.Add(new ReadOnlyMemoryConverter());
        options.Converters.Add(new ArraySegmentConverter());
    }

    // Of the framework's own types.
    private static void AddJson(JsonSerializerOptions options)
    {
        var elements = new ElementConverter();
        options.Converters.Add(elements);
        options.Converters.Add(new DocumentConverter(elements));
        options.Converters.Add(new NodeConverter());
    }

    private static void AddNumbers(JsonSerializerOptions options)
    {
        options.Converters.Add(new NumberConverter<double>(JsonMetadataServices.DoubleConverter));
        options.Converters.Add(new NumberConverter<float>(JsonMetadataServices.SingleConverter));
        options.Converters.Add(new NumberConverter<Half>(JsonMetadataServices.HalfConverter));
        options.TypeInfoResolver = options.TypeInfoResolver!.WithAddedModifier(KeepNumberHandling);
    }

    // The framework's own converters know the attribute, which says what to write for a property.
    private static void KeepNumberHandling(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (((property.NumberHandling ?? type.NumberHandling ?? default) & OtherThanNumbers) != 0)
                property.CustomConverter ??= PlainConverter(property.PropertyType, type.Options);
        }
    }

    private static JsonConverter? PlainConverter(Type type, JsonSerializerOptions options)
    {
        if (type == typeof(double))
            return JsonMetadataServices.DoubleConverter;
        if (type == typeof(float))
            return JsonMetadataServices.SingleConverter;
        if (type == typeof(Half))
            return JsonMetadataServices.HalfConverter;
        if (type == typeof(double?))
            return Nullable(JsonMetadataServices.DoubleConverter, options);
        if (type == typeof(float?))
            return Nullable(JsonMetadataServices.SingleConverter, options);
        return type == typeof(Half?) ? Nullable(JsonMetadataServices.HalfConverter, options) : null;
    }

    private static JsonConverter<T?> Nullable<T>(JsonConverter<T> plain, JsonSerializerOptions options) where T : struct =>
        JsonMetadataServices.GetNullableConverter(JsonMetadataServices.CreateValueInfo<T>(options, plain));

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the application left reflection on.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the application left reflection on.")]
    private static DefaultJsonTypeInfoResolver? DefaultResolver() =>
        JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : null;
}
