namespace SocketIo.Overloads;

/// <summary>The emits, by number of arguments, and what keeps a cancellation token from becoming an argument.</summary>
internal static class EmitOverloads
{
    /// <summary>Said at compile time to who passes a token.</summary>
    private const string NoToken = """
        [Obsolete("A CancellationToken is not an argument of an event, and an emit waits for nothing. For an acknowledgement: WithCancellation(token).EmitWithAckAsync(...).", error: true)]
        """;

    public static string File => $$"""
        using SocketIo.Protocol;
        using SocketIo.Handlers;

        namespace SocketIo;

        /// <summary>Emits events, with an acknowledgement or without.</summary>
        public static class EmitExtensions
        {
            /// <summary>Emits an event without arguments.</summary>
            /// <remarks>
            /// Events that one thread emits arrive in the order of the calls. An event is lost if the client's connection is lost before it was
            /// sent, unless <see cref="SocketIoOptions.ConnectionStateRecovery"/> is on.
            /// </remarks>
            /// <typeparam name="TEmitter">The type of <paramref name="emitter"/>.</typeparam>
            /// <param name="emitter">The recipients: a socket, a namespace, or what selects some of its sockets.</param>
            /// <param name="eventName">The event's name.</param>
            /// <returns>A task that has completed: the event is serialized and queued for its recipients. There is nothing to cancel.</returns>
            /// <exception cref="ArgumentException">The name is reserved: connect, connect_error, disconnect, disconnecting, newListener or removeListener.</exception>
            /// <exception cref="NotSupportedException">An argument can't be serialized.</exception>
            public static ValueTask EmitAsync<TEmitter>(this TEmitter emitter, string eventName) where TEmitter : IEmitter
            {
                if (emitter is null)
                    throw new ArgumentNullException(nameof(emitter));
                emitter.Emit(eventName, default(Args0));
                return ValueTask.CompletedTask;
            }

        {{string.Join("\n\n", Enumerable.Range(1, GeneratedFile.MaxArguments).Select(Emit))}}

            /// <summary>
            /// Emits an event with any number of arguments, also as a collection expression: <c>EmitAsync("hello", [1, "2", new { three = 4 }])</c>.
            /// Each argument is serialized by its run-time type.
            /// </summary>
            /// <inheritdoc cref="EmitAsync{TEmitter}(TEmitter, string)" />
            public static ValueTask EmitAsync<TEmitter>(this TEmitter emitter, string eventName, params EventArguments arguments) where TEmitter : IEmitter
            {
                if (emitter is null)
                    throw new ArgumentNullException(nameof(emitter));
                emitter.Emit(eventName, arguments);
                return ValueTask.CompletedTask;
            }

        {{AckOverloads.Methods}}
        }

        """;

    public static string Mistakes => $$"""
        using System.ComponentModel;

        namespace SocketIo;

        /// <summary>Does not compile: a cancellation token is not an argument of an event.</summary>
        [EditorBrowsable(EditorBrowsableState.Never)]
        public static class EmitMistakes
        {
        {{string.Join("\n\n", Enumerable.Range(0, GeneratedFile.MaxArguments + 1).Select(Refusal))}}

            /// <inheritdoc cref="EmitMistakes" />
            {{NoToken}}
            public static ValueTask EmitAsync<TEmitter>(this TEmitter emitter, string eventName, EventArguments arguments, CancellationToken cancellationToken) where TEmitter : IEmitter =>
                throw new NotSupportedException();

        {{AckOverloads.Refusals}}
        }

        """;

    private static string Emit(int count) => $$"""
            /// <summary>Emits an event with {{Number(count)}} argument{{(count == 1 ? "; an array or a list is one argument too" : "s")}}.</summary>
            /// <inheritdoc cref="EmitAsync{TEmitter}(TEmitter, string)" />
            public static ValueTask EmitAsync<TEmitter, {{GeneratedFile.Each(count, static index => $"T{index}")}}>(this TEmitter emitter, string eventName, {{GeneratedFile.Each(count, static index => $"T{index} arg{index}")}}) where TEmitter : IEmitter
            {
                if (emitter is null)
                    throw new ArgumentNullException(nameof(emitter));
                emitter.Emit(eventName, new Args<{{GeneratedFile.Each(count, static index => $"T{index}")}}>({{GeneratedFile.Each(count, static index => $"arg{index}")}}));
                return ValueTask.CompletedTask;
            }
        """;

    private static string Refusal(int count) => $$"""
            /// <inheritdoc cref="EmitMistakes" />
            {{NoToken}}
            public static ValueTask EmitAsync<TEmitter{{GeneratedFile.Each(count, static index => $", T{index}", "")}}>(this TEmitter emitter, string eventName{{GeneratedFile.Each(count, static index => $", T{index} arg{index}", "")}}, CancellationToken cancellationToken) where TEmitter : IEmitter =>
                throw new NotSupportedException();
        """;

    internal static string Number(int count) => count switch
    {
        1 => "one",
        2 => "two",
        3 => "three",
        4 => "four",
        5 => "five",
        _ => "six",
    };
}
