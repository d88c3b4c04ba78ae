using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace SocketIo.MessagePack;

/// <summary>The one forward pass over a value: behind it, reading can fail only at a conversion.</summary>
internal static class MessagePackValidator
{
    /// <summary>Checks the next value and moves behind it.</summary>
    /// <param name="reader">Before the value.</param>
    /// <param name="depthLeft">How deep arrays and maps may nest.</param>
    public static MessagePackStatus Check(ref MessagePackReader reader, int depthLeft)
    {
        var status = reader.TryRead(out var token);
        if (status is not MessagePackStatus.Ok)
            return status;
        return token.Kind switch
        {
            MessagePackKind.String when !Utf8.IsValid(reader.BytesOf(token)) => MessagePackStatus.InvalidUtf8,
            MessagePackKind.Array => CheckArray(ref reader, token.Length, depthLeft),
            MessagePackKind.Map => CheckMap(ref reader, token.Length, depthLeft),
            _ => MessagePackStatus.Ok,
        };
    }

    private static MessagePackStatus CheckArray(ref MessagePackReader reader, int count, int depthLeft)
    {
        if (depthLeft == 0 || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return MessagePackStatus.TooDeep;
        for (var i = 0; i < count; i++)
        {
            var status = Check(ref reader, depthLeft - 1);
            if (status is not MessagePackStatus.Ok)
                return status;
        }
        return MessagePackStatus.Ok;
    }

    private static MessagePackStatus CheckMap(ref MessagePackReader reader, int count, int depthLeft)
    {
        if (depthLeft == 0 || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return MessagePackStatus.TooDeep;
        for (var i = 0; i < count; i++)
        {
            var status = CheckKey(ref reader);
            if (status is MessagePackStatus.Ok)
                status = Check(ref reader, depthLeft - 1);
            if (status is not MessagePackStatus.Ok)
                return status;
        }
        return MessagePackStatus.Ok;
    }

    // JavaScript peers send strings; others may have numbers, which are names there too.
    private static MessagePackStatus CheckKey(ref MessagePackReader reader)
    {
        var status = reader.TryRead(out var key);
        return (status, key.Kind) switch
        {
            (not MessagePackStatus.Ok, _) => status,
            (_, MessagePackKind.Integer or MessagePackKind.LargeInteger) => status,
            (_, MessagePackKind.String) => Utf8.IsValid(reader.BytesOf(key)) ? status : MessagePackStatus.InvalidUtf8,
            _ => MessagePackStatus.IllegalKey,
        };
    }
}
