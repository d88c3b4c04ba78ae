using System.Text;
using System.Text.Json;

namespace SocketIo;

/// <summary>What a client sent as <c>auth</c> when it joined the namespace (socket.io-protocol, "Connection to a namespace").</summary>
public readonly struct HandshakeAuth
{
    /// <summary>Makes the <c>auth</c> of a client, for unit tests.</summary>
    /// <param name="element">What it sent; undefined for nothing.</param>
    public HandshakeAuth(JsonElement element) => Element = element;

    /// <summary>The object; <see cref="JsonValueKind.Undefined"/> when the client sent none.</summary>
    public JsonElement Element { get; }

    /// <summary>Gets a text in it; half a surrogate pair, which JavaScript may send, is U+FFFD.</summary>
    /// <param name="name">The property's name.</param>
    /// <returns>The text; null when it is missing or no text.</returns>
    public string? GetString(string name) =>
        TryGet(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    /// <summary>Gets a value in it.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="value">The value; undefined when it is missing.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string name, out JsonElement value)
    {
        value = default;

        // by UTF-8, which every name can be written in: the framework's search throws at half a surrogate pair
        return Element.ValueKind is JsonValueKind.Object && Element.TryGetProperty(Encoding.UTF8.GetBytes(name), out value);
    }

    /// <summary>Gets the JSON text.</summary>
    /// <returns>The text, "{}" when the client sent none.</returns>
    public override string ToString() => Element.ValueKind is JsonValueKind.Undefined ? "{}" : Element.GetRawText();
}
