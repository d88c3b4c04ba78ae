using System.Runtime.CompilerServices;

namespace SocketIo.Protocol;

/// <summary>Event names with a meaning of their own on one of the two sides; they never travel as events.</summary>
public static class ReservedEvents
{
    /// <summary>The longest name, removeListener, in bytes.</summary>
    internal const int MaxLength = 14;

    /// <summary>Whether a name is reserved; a <see cref="PacketParser"/> refuses an event of that name.</summary>
    /// <param name="utf8Name">The name as UTF-8.</param>
    public static bool Contains(ReadOnlySpan<byte> utf8Name) =>
        utf8Name.SequenceEqual("connect"u8)
        || utf8Name.SequenceEqual("connect_error"u8)
        || utf8Name.SequenceEqual("disconnect"u8)
        || utf8Name.SequenceEqual("disconnecting"u8)
        || utf8Name.SequenceEqual("newListener"u8)
        || utf8Name.SequenceEqual("removeListener"u8);

    internal static void ThrowIfReserved(
        string eventName, [CallerArgumentExpression(nameof(eventName))] string? paramName = null)
    {
        ArgumentNullException.ThrowIfNull(eventName, paramName);
        if (UseOf(eventName) is { } use)
            throw new ArgumentException($"The event name '{eventName}' is reserved: {use}.", paramName);
    }

    private static string? UseOf(string eventName) => eventName switch
    {
        "connect" => "clients raise it when a namespace accepted them",
        "connect_error" => "clients raise it when a connection was refused",
        "disconnect" => "both sides raise it when a connection ended",
        "disconnecting" => "servers raise it before a socket leaves its rooms",
        "newListener" or "removeListener" => "the event emitter of JavaScript peers raises it",
        _ => null,
    };
}
