using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace SocketIo.Handlers;

/// <summary>Whether a handler class can be made of the services that there are.</summary>
internal static class HandlerServices
{
    /// <exception cref="InvalidOperationException">A parameter of its only constructor is no service; each event would fail.</exception>
    public static void Check(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type handlers, IServiceProvider services)
    {
        // which of several is used is found out when the first instance is made
        if (services.GetService<IServiceProviderIsService>() is not { } known || handlers.GetConstructors() is not [var constructor])
            return;
        foreach (var parameter in constructor.GetParameters())
        {
            if (!parameter.HasDefaultValue && !IsService(parameter, known))
            {
                throw new InvalidOperationException(
                    $"{handlers.Name} can't be made for an event: its parameter '{parameter.Name}' is a {parameter.ParameterType.Name}, which is not registered as a service.");
            }
        }
    }

    private static bool IsService(ParameterInfo parameter, IServiceProviderIsService known) =>
        parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? known is not IServiceProviderIsKeyedService byKey || byKey.IsKeyedService(parameter.ParameterType, keyed.Key)
            : known.IsService(parameter.ParameterType);
}
