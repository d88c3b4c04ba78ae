namespace SocketIo.Overloads;

/// <summary>The emits with acknowledgement, by the number of values that are wanted back.</summary>
internal static class AckOverloads
{
    /// <summary>The most values of an acknowledgement that have a type each; for more there is the form without types.</summary>
    private const int MaxValues = 3;

    private const string Refusal = """
        [Obsolete("A CancellationToken is not an argument of an event: use WithCancellation(token).EmitWithAckAsync(...).", error: true)]
        """;

    public static string Shapes => $$"""
        using SocketIo.Protocol;

        namespace SocketIo.Handlers;

        /// <summary>The results that an acknowledgement can be read as.</summary>
        internal static class AckShapes
        {
            public static AckShape<AckValues> All { get; } = new(
                static (ref ArgumentReader arguments) => new AckValues(arguments),
                static values => values);
        }

        {{string.Join("\n\n", Enumerable.Range(1, MaxValues).Select(ShapesOf))}}

        """;

    /// <summary>The methods of EmitExtensions.</summary>
    public static string Methods => string.Join("\n\n", MethodsOf("IAckEmitter", "Task<", ">", SingleDoc).Concat(MethodsOf("IBroadcastAckEmitter", "Task<AckResults<", ">>", BroadcastDoc)));

    /// <summary>The methods of EmitMistakes.</summary>
    public static string Refusals => string.Join("\n\n", RefusalsOf("IAckEmitter", "Task<", ">").Concat(RefusalsOf("IBroadcastAckEmitter", "Task<AckResults<", ">>")));

    private const string SingleDoc = """
            /// <summary>Emits an event and waits for the client's acknowledgement{0}.</summary>
            /// <remarks>
            /// The arguments may be a collection expression too; a list is one argument. Each is serialized by its run-time type. To limit the wait use
            /// <c>Timeout</c> and <c>WithCancellation</c> before; without a timeout <see cref="SocketIoOptions.AckTimeout"/> applies.
            /// </remarks>
            /// <param name="emitter">The socket.</param>
            /// <param name="eventName">The event's name.</param>
            /// <param name="arguments">The arguments.</param>
            /// <returns>{1}</returns>
            /// <exception cref="ArgumentException">The name is reserved.</exception>
            /// <exception cref="NotSupportedException">An argument can't be serialized.</exception>
            /// <exception cref="AckTimeoutException">The client did not acknowledge in time.</exception>
            /// <exception cref="SocketDisconnectedException">The socket was disconnected before the client acknowledged.</exception>
            /// <exception cref="EventDroppedException">The event was not sent: it is volatile, or too much is queued or pending for the socket.</exception>
            /// <exception cref="EventDroppedException">
            /// The event was not sent: it is volatile and could not be sent at once, the socket's queue is full, or
            /// <see cref="SocketIoOptions.MaxPendingAcks"/> acknowledgements of the socket are pending.
            /// </exception>
            /// <exception cref="EventArgumentException">A value of the acknowledgement can't be converted.</exception>
            /// <exception cref="OperationCanceledException">The token of <c>WithCancellation</c> was cancelled.</exception>
        """;

    private const string BroadcastDoc = """
            /// <summary>Emits an event and collects the acknowledgements of all recipients{0}.</summary>
            /// <remarks>
            /// Completes when all recipients have acknowledged or disconnected, or the time is up. The arguments may be a collection expression too; a list is
            /// one argument. To limit the wait use <c>Timeout</c> and <c>WithCancellation</c> before; without a timeout
            /// <see cref="SocketIoOptions.AckTimeout"/> applies.
            /// </remarks>
            /// <param name="emitter">The recipients.</param>
            /// <param name="eventName">The event's name.</param>
            /// <param name="arguments">The arguments.</param>
            /// <returns>{1}</returns>
            /// <exception cref="ArgumentException">The name is reserved.</exception>
            /// <exception cref="NotSupportedException">An argument can't be serialized; or the recipients are those of a namespace pattern.</exception>
            /// <exception cref="OperationCanceledException">The token of <c>WithCancellation</c> was cancelled.</exception>
        """;

    private static IEnumerable<string> MethodsOf(string emitter, string before, string after, string doc) =>
        Enumerable.Range(0, MaxValues + 1).Select(count => Method(emitter, before, after, doc, count));

    private static IEnumerable<string> RefusalsOf(string emitter, string before, string after)
    {
        for (var count = 0; count <= MaxValues; count++)
        {
            yield return Refuse(emitter, before, after, count, ", EventArguments arguments");
            for (var arguments = 0; arguments <= GeneratedFile.MaxArguments; arguments++)
                yield return Refuse(emitter, before, after, count, GeneratedFile.Each(arguments, static index => $", object? arg{index}", ""));
        }
    }

    private static string Method(string emitter, string before, string after, string doc, int count)
    {
        var isSingle = emitter == "IAckEmitter";
        var text = doc
            .Replace("{0}", count == 0 ? ", whatever its values" : $" with {EmitOverloads.Number(count)} value{(count == 1 ? "" : "s")}", StringComparison.Ordinal)
            .Replace("{1}", Returns(isSingle, count), StringComparison.Ordinal);
        return $$"""
            {{text}}
                public static {{before}}{{ResultOf(count)}}{{after}} EmitWithAckAsync{{TypeParameters(count)}}(this {{emitter}} emitter, string eventName, params EventArguments arguments)
                {
                    ArgumentNullException.ThrowIfNull(emitter);
                    return emitter.EmitWithAck(eventName, arguments, {{(count == 0 ? "AckShapes.All" : $"AckShapes{TypeParameters(count)}.Shape")}});
                }
            """;
    }

    private static string Returns(bool isSingle, int count) => (isSingle, count) switch
    {
        (true, 0) => "The values of the acknowledgement; their <see cref=\"AckValues.Count\"/> tells no value apart from a null or default one.",
        (true, 1) => "The first value; <c>default</c> when there is none.",
        (true, _) => "The first values; <c>default</c> in place of those that are missing.",
        (false, 0) => "The values of each acknowledgement, and the sockets without one.",
        (false, 1) => "The first value of each acknowledgement, and the sockets without one.",
        (false, _) => "The first values of each acknowledgement, and the sockets without one.",
    };

    private static string Refuse(string emitter, string before, string after, int count, string parameters) => $$"""
            /// <inheritdoc cref="EmitMistakes" />
            {{Refusal}}
            public static {{before}}{{ResultOf(count)}}{{after}} EmitWithAckAsync{{TypeParameters(count)}}(this {{emitter}} emitter, string eventName{{parameters}}, CancellationToken cancellationToken) =>
                throw new NotSupportedException();
        """;

    private static string ResultOf(int count) => count switch
    {
        0 => "AckValues",
        1 => "T?",
        _ => $"({GeneratedFile.Each(count, static index => $"T{index}?")})",
    };

    private static string TypeParameters(int count) => count switch
    {
        0 => "",
        1 => "<T>",
        _ => $"<{GeneratedFile.Each(count, static index => $"T{index}")}>",
    };

    private static string ShapesOf(int count)
    {
        var types = count == 1 ? ["T"] : Enumerable.Range(1, count).Select(static index => $"T{index}").ToArray();
        var read = string.Join(", ", types.Select(static type => $"arguments.Read<{type}>()"));
        var of = string.Join(", ", types.Select(static (type, index) => $"values.Get<{type}>({index})"));
        return $$"""
            /// <inheritdoc cref="AckShapes" />
            internal static class AckShapes{{TypeParameters(count)}}
            {
                public static AckShape<{{ResultOf(count)}}> Shape { get; } = new(
                    static (ref ArgumentReader arguments) => {{(count == 1 ? read : $"({read})")}},
                    static values => {{(count == 1 ? of : $"({of})")}});
            }
            """;
    }
}
