namespace SocketIo.Overloads;

/// <summary>The emits to a topic, by number of arguments.</summary>
internal static class TopicOverloads
{
    public static string File => $$"""
        using SocketIo.Protocol;

        namespace SocketIo;

        public readonly partial struct TopicOperator
        {
            /// <summary>Stores an event without arguments, and delivers it to the topic's subscribers.</summary>
            /// <remarks>
            /// Events of one caller that waits for each are stored in the order of the calls. The arguments are serialized before the call returns, as
            /// <see cref="SocketIoOptions.Json"/> says.
            /// </remarks>
            /// <param name="eventName">The event's name.</param>
            /// <returns>Completes when the event is stored, with its sequence in the topic: 1 for the first, and 1 more for each that follows.</returns>
            /// <exception cref="ArgumentException">The name is reserved, or the event is larger than <see cref="TopicsOptions.MaxEventBytes"/>.</exception>
            /// <exception cref="NotSupportedException">An argument can't be serialized.</exception>
            /// <exception cref="SocketIo.Topics.TopicStoreException">
            /// The event was not stored within <see cref="TopicsOptions.StoreTimeout"/>, or too much waits for the store already.
            /// </exception>
            public ValueTask<long> EmitAsync(string eventName) => Emit(eventName, default(Args0));

        {{string.Join("\n\n", Enumerable.Range(1, GeneratedFile.MaxArguments).Select(Emit))}}

            /// <summary>
            /// Stores an event with any number of arguments, also as a collection expression: <c>EmitAsync("hello", [1, "2", new { three = 4 }])</c>.
            /// </summary>
            /// <inheritdoc cref="EmitAsync(string)" />
            public ValueTask<long> EmitAsync(string eventName, params EventArguments arguments) => Emit(eventName, arguments);
        }

        """;

    private static string Emit(int count)
    {
        var types = GeneratedFile.Each(count, static index => $"T{index}");
        return $$"""
                /// <summary>Stores an event with {{EmitOverloads.Number(count)}} argument{{(count == 1 ? "; an array or a list is one argument too" : "s")}}.</summary>
                /// <inheritdoc cref="EmitAsync(string)" />
                public ValueTask<long> EmitAsync<{{types}}>(string eventName, {{GeneratedFile.Each(count, static index => $"T{index} arg{index}")}}) =>
                    Emit(eventName, new Args<{{types}}>({{GeneratedFile.Each(count, static index => $"arg{index}")}}));
            """;
    }
}
