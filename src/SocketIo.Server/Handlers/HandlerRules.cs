using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.Engine;
using SocketIo.Protocol;

namespace SocketIo.Handlers;

/// <summary>Refuses handlers that could never run, or never with what they ask for, where they are registered.</summary>
internal static class HandlerRules
{
    private const string NotGenerated =
        "options.Json.TypeInfoResolver has no such type; declare it in a JsonSerializerContext and add that to options.Json.TypeInfoResolverChain";

    /// <exception cref="ArgumentException">The name is no client's event, or the handler's types can't travel.</exception>
    public static void Check(string eventName, EventListener handler, SocketIoServer server)
    {
        CheckName(eventName);
        CheckTypes(eventName, handler, server);
    }

    /// <summary>The same for an event of other servers.</summary>
    /// <exception cref="ArgumentException">The name is no event's, or the handler's types can't travel.</exception>
    public static void CheckServerEvent(string eventName, EventListener handler, SocketIoServer server)
    {
        ReservedEvents.ThrowIfReserved(eventName);
        CheckTypes(eventName, handler, server);
    }

    private static void CheckTypes(string eventName, EventListener handler, SocketIoServer server)
    {
        for (var index = 0; index < handler.Parameters.Length; index++)
        {
            if (FaultOf(handler.Parameters, index, server) is { } fault)
                throw new ArgumentException($"The handler of '{eventName}' can't have {Describe(handler, index)}: {fault}.", nameof(handler));
        }
        if (handler.Result is { } result)
            CheckResult(eventName, result, handler, server);
    }

    private static void CheckName(string eventName)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        if (InsteadOf(eventName) is { } instead)
            throw new ArgumentException($"No client sends an event '{eventName}': {instead}.", nameof(eventName));
    }

    // what is an event to handlers in the reference has a method of its own here
    private static string? InsteadOf(string eventName) => eventName switch
    {
        "connect" or "connection" => "register the handler with OnConnection",
        "disconnect" => "register the handler with OnDisconnect",
        "disconnecting" => "register the handler with OnDisconnecting",
        "error" => "register the handler with OnError",
        "new_namespace" => "register the handler with OnNewNamespace",
        "connect_error" => "clients raise it when middleware refused them",
        "newListener" or "removeListener" => "the event emitter of JavaScript raises it",
        _ => null,
    };

    private static string? FaultOf(Type[] parameters, int index, SocketIoServer server)
    {
        var type = parameters[index];
        if (type == typeof(Ack))
            return index == parameters.Length - 1 ? null : "an Ack is the last parameter";
        if (type == typeof(IncomingEvent))
            return IsAlone(parameters) ? null : "an IncomingEvent stands for all arguments, only an Ack may follow";
        if (typeof(Socket).IsAssignableFrom(type))
            return "a Socket is the first parameter of a namespace's handler, and none of a socket's own";
        if (!server.Parser.CanRead(type))
            return HintFor(type) ?? (IsNotGenerated(type, server) ? NotGenerated : "no client can send it, and no converter of the options knows it");
        return IsService(type, server) ? "it is a service; take it in the constructor of a handler class" : null;
    }

    // Native AOT, or reflection is off: only types that a source generator has seen can travel.
    private static bool IsNotGenerated(Type type, SocketIoServer server)
    {
        var options = server.Options.Json;
        return !NoData.Includes(type)
            && (options.TypeInfoResolver is { } known ? known.GetTypeInfo(type, options) is null : !JsonSerializer.IsReflectionEnabledByDefault);
    }

    private static bool IsAlone(Type[] parameters) => parameters is [_] || parameters is [var first, var last] && first == typeof(IncomingEvent) && last == typeof(Ack);

    private static string? HintFor(Type type)
    {
        if (type == typeof(CancellationToken))
            return "no client can send it; the end of a socket is Socket.Disconnection";
        if (typeof(Delegate).IsAssignableFrom(type))
            return "no client can send it; to acknowledge return the result, or take an Ack as the last parameter";
        return typeof(HttpContext).IsAssignableFrom(type) ? "no client can send it; use Socket.HttpContext" : null;
    }

    // every IEnumerable<T> is a service
    private static bool IsService(Type type, SocketIoServer server) =>
        !type.IsValueType && !type.IsGenericType && type != typeof(string)
        && !server.Options.Json.Converters.Any(converter => converter.CanConvert(type))
        && server.Services.GetService<IServiceProviderIsService>()?.IsService(type) == true;

    private static void CheckResult(string eventName, Type result, EventListener handler, SocketIoServer server)
    {
        if (handler.Parameters is [.., var last] && last == typeof(Ack))
            throw new ArgumentException($"The handler of '{eventName}' can't return {NameOf(result)}: it takes the Ack to acknowledge by itself.", nameof(handler));
        var values = result.IsValueType && typeof(ITuple).IsAssignableFrom(result) ? result.GenericTypeArguments : [result];
        foreach (var value in values)
        {
            if (value != typeof(AckArguments) && (IsOfTheServer(value) || !server.Parser.CanWrite(value)))
                throw new ArgumentException($"The handler of '{eventName}' can't return {NameOf(result)}: {(IsNotGenerated(value, server) ? NotGenerated : $"no client can be sent a {NameOf(value)}")}.", nameof(handler));
        }
    }

    // a serializer would walk through the whole server
    private static bool IsOfTheServer(Type type) =>
        typeof(Socket).IsAssignableFrom(type) || typeof(NamespaceEvents).IsAssignableFrom(type) || typeof(HttpContext).IsAssignableFrom(type)
        || type == typeof(EngineSession) || type == typeof(Ack) || type == typeof(IncomingEvent);

    private static string Describe(EventListener handler, int index)
    {
        var parameters = handler.Source.Method.GetParameters();
        var position = parameters.Length - handler.Parameters.Length + index;
        return $"the parameter {position + 1}, '{parameters[position].Name}', of type {NameOf(handler.Parameters[index])}";
    }

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>" : type.Name;
}
