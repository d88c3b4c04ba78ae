using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>
/// Knows which values of a JSON text stand for ones that JSON does not have, such as a text of base64 for binary data: asked where a
/// value is read as <c>object</c>, for which the JSON does not say it. For formats that are read by way of JSON.
/// </summary>
public interface IStandIns
{
    /// <summary>Gives what a text or a null stands for.</summary>
    /// <param name="reader">At the text or null. Its <see cref="Utf8JsonReader.ValueSpan"/> is a part of the JSON, or of another text that a converter reads.</param>
    /// <param name="value">What it stands for.</param>
    /// <returns>False when it stands for itself.</returns>
    bool TryGet(ref Utf8JsonReader reader, out object? value);
}
