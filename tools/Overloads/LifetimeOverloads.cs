namespace SocketIo.Overloads;

/// <summary>The methods that register callbacks of sockets and namespaces: one for each shape of result.</summary>
internal static class LifetimeOverloads
{
    public static string OfNamespaceEvents => File("public abstract partial class NamespaceEvents",
    [
        Callback("OnConnection", ["Socket"], """
            /// <summary>Calls a handler for each socket that has connected, after the handlers that are there.</summary>
            /// <remarks>
            /// The socket's events wait until the handler has completed; with <see cref="SocketIoOptions.MaxConcurrentHandlers"/> above 1 until it has
            /// returned its task. An exception is logged and passed to <c>OnError</c>; the socket stays connected.
            /// </remarks>
            /// <param name="handler">Gets the socket.</param>
            """),
        Callback("OnDisconnecting", ["Socket", "DisconnectReason"], """
            /// <summary>Calls a handler when a socket is about to disconnect and is still in its rooms.</summary>
            /// <remarks>
            /// The socket leaves its rooms after the handler has completed. It is called once for each socket that connected. An exception is logged and
            /// passed to <c>OnError</c>.
            /// </remarks>
            /// <param name="handler">Gets the socket and why it disconnects.</param>
            """),
        Callback("OnDisconnect", ["Socket", "DisconnectReason"], """
            /// <summary>Calls a handler when a socket has disconnected and left its rooms.</summary>
            /// <remarks>
            /// Called once for each socket that connected. Handlers of its events may still be running. An exception is logged and passed to <c>OnError</c>.
            /// </remarks>
            /// <param name="handler">Gets the socket and why it disconnected.</param>
            """),
        Callback("OnError", ["Socket", "Exception", "string"], """
            /// <summary>
            /// Calls a handler for each exception of a handler or of middleware, and for each argument that could not be converted
            /// (<see cref="EventArgumentException"/>). They are logged as well.
            /// </summary>
            /// <remarks>The failed handler's successors do not wait for it. If it throws, that is logged, and the next error handler is called.</remarks>
            /// <param name="handler">Gets the socket, the exception and the event's name.</param>
            """),
        .. Middleware(),
    ], "using SocketIo.Engine;\n");

    public static string OfSockets => File("public partial class Socket",
    [
        Callback("OnDisconnecting", ["DisconnectReason"], """
            /// <summary>Calls a handler when the socket is about to disconnect and is still in its <see cref="Rooms"/>.</summary>
            /// <remarks>The socket leaves its rooms after the handler has completed. An exception is logged and passed to <c>OnError</c>.</remarks>
            /// <param name="handler">Gets why it disconnects.</param>
            """),
        Callback("OnDisconnect", ["DisconnectReason"], """
            /// <summary>Calls a handler when the socket has disconnected and left its rooms.</summary>
            /// <remarks>Handlers of its events may still be running. An exception is logged and passed to <c>OnError</c>.</remarks>
            /// <param name="handler">Gets why it disconnected.</param>
            """),
        Callback("OnError", ["Exception"], """
            /// <summary>
            /// Calls a handler for each exception of this socket's handlers and middleware, and for each argument that could not be converted
            /// (<see cref="EventArgumentException"/>). They are logged as well.
            /// </summary>
            /// <remarks>If it throws, that is logged, and the next error handler is called.</remarks>
            /// <param name="handler">Gets the exception.</param>
            """),
        Listener("OnAny", ["IncomingEvent"], """
            /// <summary>Calls a listener for each incoming event, before the event's handlers and after the catch-all listeners that are there.</summary>
            /// <remarks>Events that no handler handles are included, acknowledgements are not. An exception is logged and passed to <c>OnError</c>.</remarks>
            /// <param name="listener">Gets the event.</param>
            """),
        Listener("PrependAny", ["IncomingEvent"], """
            /// <summary>Calls a listener for each incoming event, before the catch-all listeners that are there.</summary>
            /// <param name="listener">Gets the event.</param>
            """),
        Listener("OnAnyOutgoing", ["OutgoingEvent"], """
            /// <summary>
            /// Calls a listener for each event that is emitted to this socket, after the listeners that are there. Broadcasts are included,
            /// acknowledgements are not.
            /// </summary>
            /// <remarks>Called by the thread that emits, before the event is queued. An exception is logged and passed to <c>OnError</c>.</remarks>
            /// <param name="listener">Gets the event.</param>
            """),
        Listener("PrependAnyOutgoing", ["OutgoingEvent"], """
            /// <summary>Calls a listener for each event that is emitted to this socket, before the listeners that are there.</summary>
            /// <param name="listener">Gets the event.</param>
            """),
    ], "using SocketIo.Engine;\n");

    public static string OfNamespaces => File("public partial class Namespace",
    [
        Listener("OnRoomCreated", ["string"], """
            /// <summary>Calls a listener when a room gets its first socket (<c>create-room</c> in the reference).</summary>
            /// <remarks>Called by the thread that joins the room. An exception is logged, and the next listener is called.</remarks>
            /// <param name="listener">Gets the room's name.</param>
            """),
        Listener("OnRoomDeleted", ["string"], """
            /// <summary>Calls a listener when a room has lost its last socket (<c>delete-room</c> in the reference).</summary>
            /// <remarks>Called by the thread that leaves the room. An exception is logged, and the next listener is called.</remarks>
            /// <param name="listener">Gets the room's name.</param>
            """),
        Listener("OnRoomJoined", ["string", "string"], """
            /// <summary>Calls a listener when a socket has joined a room (<c>join-room</c> in the reference).</summary>
            /// <remarks>Called by the thread that joins the room. An exception is logged, and the next listener is called.</remarks>
            /// <param name="listener">Gets the room's name and the socket's id.</param>
            """),
        Listener("OnRoomLeft", ["string", "string"], """
            /// <summary>Calls a listener when a socket has left a room (<c>leave-room</c> in the reference).</summary>
            /// <remarks>Called by the thread that leaves the room. An exception is logged, and the next listener is called.</remarks>
            /// <param name="listener">Gets the room's name and the socket's id.</param>
            """),
    ]);

    public static string OfServers => File("public sealed partial class SocketIoServer",
    [
        Listener("OnNewNamespace", ["Namespace"], """
            /// <summary>Calls a listener for each namespace that is made from now on (<c>new_namespace</c> in the reference).</summary>
            /// <remarks>
            /// Called before anybody finds the namespace: handlers and middleware that it registers apply to the first client too. An exception reaches
            /// the caller of <see cref="Of(string)"/>, or refuses the client; the namespace is not made then.
            /// </remarks>
            /// <param name="listener">Gets the namespace.</param>
            """),
    ]);

    public static string Callbacks => $$"""
        namespace SocketIo.Handlers;

        /// <summary>Brings callbacks of every shape into one.</summary>
        internal static class Callbacks
        {
        {{string.Join("\n\n", Enumerable.Range(1, 3).Select(Conversions))}}
        }

        """;

    private static string File(string type, IEnumerable<string> methods, string usings = "") => $$"""
        using System.ComponentModel;
        using System.Runtime.CompilerServices;
        {{usings}}using SocketIo.Handlers;

        namespace SocketIo;

        {{type}}
        {
        {{string.Join("\n\n", methods)}}
        }

        """;

    // void, Task and ValueTask
    private static string Callback(string name, string[] types, string doc) => $$"""
        {{Indent(doc)}}
            public void {{name}}(Action<{{string.Join(", ", types)}}> handler) => Add{{name[2..]}}(Callbacks.Of(handler));

            /// <inheritdoc cref="{{name}}(Action{{{string.Join(", ", types)}}})" />
            [OverloadResolutionPriority(1)]
            public void {{name}}(Func<{{string.Join(", ", types)}}, Task> handler) => Add{{name[2..]}}(Callbacks.Of(handler));

            /// <inheritdoc cref="{{name}}(Action{{{string.Join(", ", types)}}})" />
            public void {{name}}(Func<{{string.Join(", ", types)}}, ValueTask> handler) => Add{{name[2..]}}(Callbacks.Of(handler));
        """;

    // void, and an error for an async lambda: its exceptions would end the process
    private static string Listener(string name, string[] types, string doc) => $$"""
        {{Indent(doc)}}
            public void {{name}}(Action<{{string.Join(", ", types)}}> listener) => Add{{Stem(name)}}(Callbacks.NotNull(listener){{(name.StartsWith("Prepend", StringComparison.Ordinal) ? ", isFirst: true" : "")}});

            /// <summary>Does not compile: a listener's task would not be awaited.</summary>
            /// <exception cref="NotSupportedException">Always.</exception>
            [EditorBrowsable(EditorBrowsableState.Never)]
            [Obsolete("Listeners are called synchronously: a task would not be awaited, and its exception be lost.", error: true)]
            public void {{name}}(Func<{{string.Join(", ", types)}}, Task> listener) => throw new NotSupportedException();
        """;

    private static string Stem(string name) => name.StartsWith("Prepend", StringComparison.Ordinal) ? name["Prepend".Length..] : name[2..];

    private static IEnumerable<string> Middleware() => Shape.All.Select(static shape =>
    {
        var type = shape.Delegate(["Socket"], 0).Replace("TResult", "ConnectResult", StringComparison.Ordinal);
        var doc = shape.Return is null ? MiddlewareDoc : "    /// <inheritdoc cref=\"Use(Action{Socket})\" />";
        var priority = shape.IsPreferred ? "    [OverloadResolutionPriority(1)]\n" : "";
        return $"{doc}\n{priority}    public void Use({type} middleware) => AddMiddleware(ConnectMiddleware.Of(middleware));";
    });

    private const string MiddlewareDoc = """
            /// <summary>
            /// Adds connection middleware: it accepts or refuses each socket that wants to join the namespace. Middleware runs in the order of registration,
            /// until one refuses.
            /// </summary>
            /// <remarks>
            /// It may return a <see cref="ConnectResult"/>, also as a task. Middleware that returns nothing, or a task without a value, accepts the socket
            /// unless it throws. An exception refuses the socket with "Internal server error"; <see cref="Socket.DisconnectAsync"/> refuses it with
            /// "The connection was refused", or closes its connection. The client's other namespaces do not wait for it.
            /// </remarks>
            /// <param name="middleware">Gets the socket, which is not connected yet.</param>
        """;

    private static string Conversions(int count)
    {
        var types = GeneratedFile.Each(count, static index => $"T{index}");
        var names = GeneratedFile.Each(count, static index => $"arg{index}");
        return $$"""
                public static Func<{{types}}, ValueTask> Of<{{types}}>(Action<{{types}}> callback)
                {
                    ArgumentNullException.ThrowIfNull(callback, "handler");
                    return ({{names}}) =>
                    {
                        callback({{names}});
                        return ValueTask.CompletedTask;
                    };
                }

                public static Func<{{types}}, ValueTask> Of<{{types}}>(Func<{{types}}, Task> callback)
                {
                    ArgumentNullException.ThrowIfNull(callback, "handler");
                    return ({{names}}) => new ValueTask(HandlerTask.NotNull(callback({{names}}), "handler"));
                }

                public static Func<{{types}}, ValueTask> Of<{{types}}>(Func<{{types}}, ValueTask> callback)
                {
                    ArgumentNullException.ThrowIfNull(callback, "handler");
                    return callback;
                }

                public static Action<{{types}}> NotNull<{{types}}>(Action<{{types}}> callback)
                {
                    ArgumentNullException.ThrowIfNull(callback, "listener");
                    return callback;
                }
            """;
    }

    private static string Indent(string text) => string.Join('\n', text.Split('\n').Select(static line => "    " + line));
}
