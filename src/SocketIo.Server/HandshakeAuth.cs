using System.Text.Json;

namespace SocketIo;

/// <summary>What a client sent as <c>auth</c> when it joined the namespace (socket.io-protocol, "Connection to a namespace").</summary>
public readonly struct HandshakeAuth
{
    internal HandshakeAuth(JsonElement element) => Element = element;

    /// <summary>The object; <see cref="JsonValueKind.Undefined"/> when the client sent none.</summary>
    public JsonElement Element { get; }

    /// <summary>A text in it; null when it is missing or no text.</summary>
    public string? GetString(string name) =>
        TryGet(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    /// <summary>A value in it; false when it is missing.</summary>
    public bool TryGet(string name, out JsonElement value)
    {
        value = default;
        return Element.ValueKind is JsonValueKind.Object && Element.TryGetProperty(name, out value);
    }

    /// <summary>The JSON text, "{}" when the client sent none.</summary>
    public override string ToString() => Element.ValueKind is JsonValueKind.Undefined ? "{}" : Element.GetRawText();
}
