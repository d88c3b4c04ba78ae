using System.Text;

namespace SocketIo.Overloads;

/// <summary>The methods that register handlers: for each number of parameters one for each shape of result, with On and Once.</summary>
internal static class HandlerOverloads
{
    private static string Remarks(string first) => $"""
            /// <remarks>
            /// <para>
            /// The handler's parameters{first} are the event's arguments in their order; extra arguments are ignored. An argument that is
            /// missing or null is <c>null</c> for a parameter that is nullable (<c>int?</c>, <c>string?</c>); for any other it can't be
            /// converted, unless it is missing and the parameter has a default value. A class without nullable annotations counts as
            /// nullable, as all do in a trimmed application without <c>NullabilityInfoContextSupport</c>. In place of the arguments it may take an <see cref="IncomingEvent"/>, which has any number of them. An
            /// <see cref="Ack"/> as the last parameter lets the handler acknowledge by itself.
            /// </para>
            /// <para>
            /// It may return nothing, a value, or a <see cref="Task"/> or <see cref="ValueTask"/> with or without a value. If the client asked
            /// for an acknowledgement, it gets the value, or an acknowledgement without values, when the handler has completed. When several
            /// handlers are registered for an event, the first value is the acknowledgement. If the handler throws, or an argument can't be
            /// converted, the client gets no acknowledgement; the exception is logged and passed to <c>OnError</c>.
            /// </para>
            /// <para>
            /// A lambda needs the types of its parameters. So does a method with parameters that is passed by its name, as type arguments:
            /// <c>On&lt;string, int&gt;("move", Move)</c>.
            /// </para>
            /// </remarks>
        """;

    private const string Params = """
            /// <param name="eventName">The event's name, compared ordinally.</param>
            /// <param name="handler">The handler.</param>
        """;

    private const string Exceptions = """
            /// <exception cref="ArgumentException">
            /// The name is reserved; or the handler has a parameter that no client can send, or a result that can't be sent.
            /// </exception>
        """;

    public static string OfNamespaces => $$"""
        using System.Runtime.CompilerServices;
        using SocketIo.Handlers;

        namespace SocketIo;

        /// <summary>Registers handlers for the events of all sockets of a namespace. They run before those of a socket itself.</summary>
        public static class NamespaceEventExtensions
        {
            /// <summary>Registers a handler for an event of every socket of the namespace, after the handlers that are there.</summary>
        {{Remarks(", after the socket,")}}
            /// <param name="events">The namespace, the server (for its default namespace) or the pattern of namespaces.</param>
        {{Params}}
        {{Exceptions}}
        {{Extensions("NamespaceEvents events", "On", "NamespaceEvents, string, Action{Socket}", ["Socket"])}}

            /// <summary>Registers a handler that runs for the first such event of each socket of the namespace.</summary>
            /// <remarks>
            /// Each socket has its own first event, as if <c>Once</c> was called on it when it connected: the handler runs at most once for
            /// a socket, and again for a client that has reconnected.
            /// </remarks>
            /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" path="/*[not(self::summary)]" />
        {{Extensions("NamespaceEvents events", "Once", "NamespaceEvents, string, Action{Socket}", ["Socket"])}}
        }

        """;

    public static string OfSockets => $$"""
        using System.Runtime.CompilerServices;
        using SocketIo.Handlers;

        namespace SocketIo;

        /// <summary>Registers handlers for the events of one socket.</summary>
        public static class SocketEventExtensions
        {
            /// <summary>Registers a handler for an event of this socket, after the handlers that are there and those of its namespace.</summary>
        {{Remarks("")}}
            /// <param name="socket">The socket.</param>
        {{Params}}
        {{Exceptions}}
        {{Extensions("Socket socket", "On", "Socket, string, Action", [])}}

            /// <summary>Registers a handler that is removed before it runs for the first time.</summary>
            /// <inheritdoc cref="On(Socket, string, Action)" path="/*[not(self::summary)]" />
        {{Extensions("Socket socket", "Once", "Socket, string, Action", [])}}
        }

        """;

    public static string OfServers => $$"""
        using System.Runtime.CompilerServices;
        using SocketIo.Handlers;

        namespace SocketIo;

        /// <summary>Registers handlers for the events that other servers of the cluster emit.</summary>
        public static class ServerEventExtensions
        {
            /// <summary>Registers a handler for an event that other servers emit (<see cref="Namespace.ServerSideEmitAsync"/>), after the handlers that are there.</summary>
            /// <remarks>
            /// <para>
            /// The handler's parameters are the event's arguments in their order, as in the handler of a client's event; an <see cref="IncomingEvent"/>
            /// stands for any number of them, and an <see cref="Ack"/> as the last parameter lets the handler answer by itself.
            /// </para>
            /// <para>
            /// Its result is the answer to <see cref="Namespace.ServerSideEmitWithAckAsync{T}"/>, or an empty answer when it has none; of several handlers the
            /// first value. If it throws, or an argument can't be converted, the exception is logged and the asking server is told that there is no answer.
            /// Handlers are started in the order of a server's events and not waited for.
            /// </para>
            /// </remarks>
            /// <param name="events">The namespace, the server (for its default namespace) or the pattern of namespaces.</param>
        {{Params}}
            /// <exception cref="ArgumentException">
            /// The name is reserved; or the handler has a parameter or a result that can't travel.
            /// </exception>
        {{Extensions("NamespaceEvents events", "OnServerEvent", "NamespaceEvents, string, Action", [])}}
        }

        """;

    public static string OfMaps => $$"""
        using System.Runtime.CompilerServices;
        using SocketIo.Handlers;

        namespace SocketIo;

        public sealed partial class EventMap<THandlers>
        {
            /// <summary>Says which method of the handler class handles an event.</summary>
        {{Remarks(", after the handler class and the socket,")}}
        {{Params}}
            /// <returns>This map.</returns>
        {{Exceptions}}
        {{Methods("On", "string, Action{THandlers, Socket}")}}

            /// <summary>Says which method of the handler class handles the first such event of each socket.</summary>
            /// <remarks>Each socket has its own first event; see <see cref="NamespaceEventExtensions.Once(NamespaceEvents, string, Action{Socket})"/>.</remarks>
            /// <inheritdoc cref="On(string, Action{THandlers, Socket})" path="/*[not(self::summary)]" />
        {{Methods("Once", "string, Action{THandlers, Socket}")}}
        }

        """;

    private static string Extensions(string target, string name, string first, string[] before) => Overloads(name, first, (shape, arity) => $"""
            {Priority(shape)}public static void {name}{shape.TypeParameters(arity)}(this {target}, string eventName, {shape.Delegate(before, arity)} handler) =>
                Receiver.NotNull({target.Split(' ')[1]}).{(name == "OnServerEvent" ? "AddServerEvent" : "Add")}(eventName, EventBodies.{Factory(shape, before, arity)}(handler, EventUse.{(name != "Once" ? "Always" : target.StartsWith("Socket", StringComparison.Ordinal) ? "Once" : "OncePerSocket")}));
        """);

    private static string Methods(string name, string first) => Overloads(name, first, (shape, arity) => $"""
            {Priority(shape)}public EventMap<THandlers> {name}{shape.TypeParameters(arity)}(string eventName, {shape.Delegate(["THandlers", "Socket"], arity)} handler) =>
                Add(eventName, EventBodies.{Factory(shape, ["THandlers", "Socket"], arity)}(_factory, handler, EventUse.{(name == "On" ? "Always" : "OncePerSocket")}));
        """);

    private static string Overloads(string name, string first, Func<Shape, int, string> method)
    {
        var text = new StringBuilder();
        foreach (var arity in GeneratedFile.HandlerArities)
        {
            foreach (var shape in Shape.All)
            {
                if (text.Length > 0)
                    text.Append($"\n\n    /// <inheritdoc cref=\"{name}({first})\" />\n");
                text.Append(method(shape, arity));
            }
        }
        return text.ToString();
    }

    private static string Priority(Shape shape) => shape.IsPreferred ? "[OverloadResolutionPriority(1)]\n    " : "";

    private static string Factory(Shape shape, string[] before, int arity)
    {
        var types = before.Contains("THandlers") ? new List<string> { "THandlers" } : [];
        types.AddRange(Enumerable.Range(1, arity).Select(static index => "T" + index));
        if (shape.Adapter is not null)
            types.AddRange([shape.Return!, shape.Value, shape.Adapter]);
        return (before.Length == 0 ? "OfSocket" : "Of") + (types.Count == 0 ? "" : $"<{string.Join(", ", types)}>");
    }
}
