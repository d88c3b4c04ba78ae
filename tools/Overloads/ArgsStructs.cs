namespace SocketIo.Overloads;

/// <summary>The arguments of an emit, by number: structs that give each argument to the writer with its own type.</summary>
internal static class ArgsStructs
{
    public static string File => $$"""
        namespace SocketIo.Protocol;

        {{string.Join("\n\n", Enumerable.Range(0, GeneratedFile.MaxArguments + 1).Select(Struct))}}

        """;

    private static string Struct(int count) => $$"""
        internal readonly struct {{NameOf(count)}}{{Parameters(count)}} : IEventArguments
        {{{Lines(count, static index => $"private readonly T{index} _arg{index} = arg{index};", "\n")}}
            public int Count => {{count}};

            public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter
            {{{Lines(count, static index => $"    writer.Write(_arg{index});", "")}}
            }

            public object?[] ToArray() => [{{GeneratedFile.Each(count, static index => $"_arg{index}")}}];
        }
        """;

    private static string NameOf(int count) => count == 0 ? "Args0" : $"Args<{GeneratedFile.Each(count, static index => $"T{index}")}>";

    private static string Parameters(int count) => count == 0 ? "" : $"({GeneratedFile.Each(count, static index => $"T{index} arg{index}")})";

    private static string Lines(int count, Func<int, string> line, string end) =>
        count == 0 ? "" : "\n" + GeneratedFile.Each(count, index => "    " + line(index), "\n") + end;
}
