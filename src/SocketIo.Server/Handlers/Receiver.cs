using System.Runtime.CompilerServices;

namespace SocketIo.Handlers;

/// <summary>What an extension method is called on.</summary>
internal static class Receiver
{
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static T NotNull<T>(T receiver, [CallerArgumentExpression(nameof(receiver))] string? name = null) where T : class
    {
        ArgumentNullException.ThrowIfNull(receiver, name);
        return receiver;
    }
}
