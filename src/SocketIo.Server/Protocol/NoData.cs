using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace SocketIo.Protocol;

/// <summary>Types whose values are no data: a serializer fails on them, or makes something of them that nobody wants.</summary>
internal static class NoData
{
    private static readonly Type[] Bases = [typeof(Delegate), typeof(Stream), typeof(Task), typeof(MemberInfo), typeof(IServiceProvider)];

    private static readonly Type[] Types =
        [typeof(CancellationToken), typeof(ValueTask), typeof(ValueTask<>), typeof(IAsyncEnumerable<>), typeof(nint), typeof(nuint)];

    /// <summary>Whether it is such a type, or a list of one.</summary>
    public static bool Includes(Type type) =>
        Bases.Any(known => known.IsAssignableFrom(type))
        || Types.Contains(type.IsGenericType ? type.GetGenericTypeDefinition() : type)
        || IsAsyncEnumerable(type)
        || type.GetElementType() is { } element && Includes(element)
        || type.GenericTypeArguments.Any(Includes);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "An interface that was trimmed away is found when the value is serialized.")]
    private static bool IsAsyncEnumerable(Type type) =>
        type.GetInterfaces().Any(static one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
}
