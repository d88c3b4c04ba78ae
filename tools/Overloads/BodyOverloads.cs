using System.Text;

namespace SocketIo.Overloads;

/// <summary>What the dispatch runs for a handler of each number of parameters, with a result and without one.</summary>
internal static class BodyOverloads
{
    public static string File => $$"""
        namespace SocketIo.Handlers;

        /// <summary>
        /// Makes listeners of handlers of every number of parameters: a listener reads the arguments in their order, then calls the handler.
        /// The handler's type decides how its arguments are read, without reflection.
        /// </summary>
        internal static class EventBodies
        {
        {{string.Join("\n\n", GeneratedFile.HandlerArities.SelectMany(Methods))}}
        }

        """;

    private static IEnumerable<string> Methods(int arity) =>
    [
        Plain("Of", ["Socket"], "call.Socket", arity),
        Plain("OfSocket", [], null, arity),
        Scoped(arity),
    ];

    // Of<T1>(Action<Socket, T1>) and Of<T1, TReturn, TValue, TAdapter>(Func<Socket, T1, TReturn>)
    private static string Plain(string name, string[] before, string? socket, int arity)
    {
        var parameters = before.Concat(Types(arity)).ToArray();
        var call = string.Join(", ", (socket is null ? [] : new[] { socket }).Concat(Types(arity).Select(static type => $"call.Next<{type}>()")));
        return $$"""
                public static EventListener {{name}}{{List(Types(arity))}}(Action{{List(parameters)}} handler, EventUse use) => new(
                    handler,
                    (ref EventCall call) =>
                    {
                        handler({{call}});
                        return call.Ack.Done();
                    },
                    use,
                    null{{TypesOf(arity)}});

                public static EventListener {{name}}{{List([.. Types(arity), "TReturn", "TValue", "TAdapter"])}}(Func{{List([.. parameters, "TReturn"])}} handler, EventUse use)
                    where TAdapter : IHandlerResult<TReturn, TValue> => new(
                    handler,
                    (ref EventCall call) => TAdapter.Acknowledge(handler({{call}}), call.Ack),
                    use,
                    TAdapter.Type{{TypesOf(arity)}});
            """;
    }

    // the handler class lives in a scope, which ends before the acknowledgement is sent
    private static string Scoped(int arity)
    {
        var arguments = string.Concat(Enumerable.Range(1, arity).Select(static index => $", arg{index}"));
        var read = new StringBuilder();
        for (var index = 1; index <= arity; index++)
            read.Append($"\n            var arg{index} = call.Next<T{index}>();");
        return $$"""
                public static EventListener Of{{List(["THandlers", .. Types(arity)])}}(HandlerFactory<THandlers> factory, Action{{List(["THandlers", "Socket", .. Types(arity)])}} handler, EventUse use)
                    where THandlers : class => new(
                    handler,
                    (ref EventCall call) =>
                    {
                        var socket = call.Socket;{{read}}
                        return factory.RunAsync<Nothing, Nothing, PlainResult<Nothing>>(call, handlers =>
                        {
                            handler(handlers, socket{{arguments}});
                            return default;
                        });
                    },
                    use,
                    null{{TypesOf(arity)}});

                public static EventListener Of{{List(["THandlers", .. Types(arity), "TReturn", "TValue", "TAdapter"])}}(HandlerFactory<THandlers> factory, Func{{List(["THandlers", "Socket", .. Types(arity), "TReturn"])}} handler, EventUse use)
                    where THandlers : class
                    where TAdapter : IHandlerResult<TReturn, TValue> => new(
                    handler,
                    (ref EventCall call) =>
                    {
                        var socket = call.Socket;{{read}}
                        return factory.RunAsync<TReturn, TValue, TAdapter>(call, handlers => handler(handlers, socket{{arguments}}));
                    },
                    use,
                    TAdapter.Type{{TypesOf(arity)}});
            """;
    }

    private static IEnumerable<string> Types(int arity) => Enumerable.Range(1, arity).Select(static index => "T" + index);

    private static string TypesOf(int arity) => string.Concat(Types(arity).Select(static type => $", typeof({type})"));

    private static string List(IEnumerable<string> types) => types.Any() ? $"<{string.Join(", ", types)}>" : "";
}
