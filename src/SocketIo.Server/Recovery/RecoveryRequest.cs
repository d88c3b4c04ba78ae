using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SocketIo.Recovery;

/// <summary>What a client that comes back sends as <c>auth</c>: <c>{"pid":"...","offset":"..."}</c>, without offset if it got no event.</summary>
internal readonly record struct RecoveryRequest(string Pid, string? Offset)
{
    // More than ours ever have.
    private const int MaxLength = 64;

    /// <summary>False when the client asks for no recovery, or by anything that is not from us.</summary>
    public static bool TryRead(JsonElement auth, out RecoveryRequest request)
    {
        request = default;
        if (auth.ValueKind is not JsonValueKind.Object)
            return false;

        // Not by name: the framework's search throws where another name holds half a surrogate pair.
        JsonElement pid = default;
        JsonElement offset = default;
        foreach (var property in auth.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            if (name.SequenceEqual("pid"u8))
                pid = property.Value;
            else if (name.SequenceEqual("offset"u8))
                offset = property.Value;
        }

        if (!TryReadText(pid, out var pidText))
            return false;
        string? offsetText = null;
        if (offset.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null) && !TryReadText(offset, out offsetText))
            return false;
        request = new RecoveryRequest(pidText, offsetText);
        return true;
    }

    // A short text of plain characters; what had to be escaped was not ours.
    private static bool TryReadText(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (value.ValueKind is not JsonValueKind.String)
            return false;
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        if (raw.Length > MaxLength || !Ascii.IsValid(raw) || raw.Contains((byte)'\\'))
            return false;
        text = Encoding.ASCII.GetString(raw);
        return true;
    }
}
