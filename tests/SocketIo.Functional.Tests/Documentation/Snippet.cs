using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SocketIo.Functional.Tests.Documentation;

/// <summary>Compiles code of a text: a whole program as a web project would, a fragment with what the text around it speaks of.</summary>
internal static class Snippet
{
    // what the SDK's web projects have without asking
    private const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private const string AroundFragment = """
        var builder = WebApplication.CreateBuilder(args);
        var app = builder.Build();
        var io = app.Services.GetRequiredService<SocketIoServer>();
        Socket socket = null!;
        var bytes = new byte[3];
        var socketId = "";

        """;

    private const string NamedTypes = """
        public sealed record Move(int X, int Y);
        public sealed record NewOrder(string Item);
        public interface IOrders { System.Threading.Tasks.Task<int> SaveAsync(NewOrder order); }
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path))];

    /// <summary>The compiler's errors, none when it compiles.</summary>
    public static IReadOnlyList<string> ErrorsOf(string code)
    {
        var isProgram = code.Contains("WebApplication.CreateBuilder", StringComparison.Ordinal);
        var compilation = CSharpCompilation.Create(
            "snippet",
            [Parse(Implicit), Parse(NamedTypes), Parse(isProgram ? code : Around(code))],
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics().Where(static one => one.Severity is DiagnosticSeverity.Error).Select(static one => one.ToString())];
    }

    // its using directives stay in front
    private static string Around(string fragment)
    {
        var lines = fragment.Split('\n');
        var usings = lines.TakeWhile(static line => line.StartsWith("using ", StringComparison.Ordinal)).ToArray();
        return string.Join('\n', ["using SocketIo;", .. usings.Except(["using SocketIo;"]), AroundFragment, .. lines[usings.Length..]]);
    }

    private static SyntaxTree Parse(string code) => CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest));
}
