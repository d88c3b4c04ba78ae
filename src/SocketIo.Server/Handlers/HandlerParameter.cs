using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SocketIo.Handlers;

/// <summary>
/// What a handler's parameter is when the client leaves the argument out, or sends null. Found by reflection, but only when a client
/// does so.
/// </summary>
internal sealed class HandlerParameter
{
    private static readonly ConditionalWeakTable<MethodInfo, HandlerParameter[]> Known = [];

    private HandlerParameter(ParameterInfo parameter, NullabilityInfoContext? nullability)
    {
        HasDefault = parameter.HasDefaultValue;
        Default = parameter.DefaultValue;
        IsRequired = parameter.ParameterType.IsValueType ? IsRequiredValue(parameter.ParameterType) : IsNotNull(parameter, nullability);
    }

    /// <summary>Whether the argument must be there and not null, unless it is left out and there is a default.</summary>
    public bool IsRequired { get; }

    public bool HasDefault { get; }

    /// <summary>What the parameter is when the argument is left out.</summary>
    public object? Default { get; }

    public static HandlerParameter Of(EventListener listener, int index)
    {
        var parameters = Known.GetValue(listener.Source.Method, static method => Read(method));

        // a socket, a handler class or a closure may come before them
        return parameters[parameters.Length - listener.Parameters.Length + index];
    }

    private static HandlerParameter[] Read(MethodInfo method)
    {
        var nullability = TryMakeContext();
        return [.. method.GetParameters().Select(parameter => new HandlerParameter(parameter, nullability))];
    }

    // one that is undefined says so itself
    private static bool IsRequiredValue(Type type) => Nullable.GetUnderlyingType(type) is null && type != typeof(JsonElement);

    // Code without nullable annotations does not say.
    private static bool IsNotNull(ParameterInfo parameter, NullabilityInfoContext? nullability) =>
        nullability?.Create(parameter).WriteState is NullabilityState.NotNull;

    // A trimmed application has no annotations, unless NullabilityInfoContextSupport is set.
    private static NullabilityInfoContext? TryMakeContext() =>
        !AppContext.TryGetSwitch("System.Reflection.NullabilityInfoContext.IsSupported", out var isSupported) || isSupported ? new() : null;
}
