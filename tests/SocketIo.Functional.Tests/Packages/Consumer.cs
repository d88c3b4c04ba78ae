using System.Diagnostics;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Packages;

/// <summary>A new web project outside the repository that knows the packages only.</summary>
internal sealed class Consumer : IAsyncDisposable
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <NuGetAudit>false</NuGetAudit>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="SocketIo.Server" Version="VERSION" />
            <PackageReference Include="SocketIo.MessagePack" Version="VERSION" />
          </ItemGroup>
        </Project>
        """;

    private const string Program = """
        using SocketIo;

        var builder = WebApplication.CreateBuilder(args);
        var socketIo = builder.Services.AddSocketIo();
        if (args.Contains("msgpack"))
            socketIo.AddMessagePack();
        var app = builder.Build();
        app.MapSocketIo();
        app.Services.GetRequiredService<SocketIoServer>().On("sum", (Socket _, int a, int b) => a + b);
        app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("Address: " + app.Urls.First()));
        app.Run();
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("consumer-");
    private readonly Dictionary<string, string> _environment;
    private Process? _process;

    private Consumer() =>
        // packages of its own: what another build left in the user's folder must not answer
        _environment = new() { ["NUGET_PACKAGES"] = Path.Combine(_folder.FullName, "packages") };

    /// <summary>Makes and builds the project.</summary>
    public static async Task<Consumer> BuildAsync(PackageFolder packages, string version)
    {
        var consumer = new Consumer();
        consumer.Write("Consumer.csproj", Project.Replace("VERSION", version, StringComparison.Ordinal));
        consumer.Write("Program.cs", Program);
        consumer.Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{packages.Path}" />
              </packageSources>
            </configuration>
            """);
        var (exitCode, output) = await Command.DotnetAsync(consumer._folder.FullName, consumer._environment, "build", "-nologo", "-c", "Release");
        if (exitCode != 0)
            throw new InvalidOperationException($"The project does not build: {output}");
        return consumer;
    }

    /// <summary>Runs it and waits for its address.</summary>
    public async Task<string> StartAsync(params string[] arguments)
    {
        await StopAsync();
        var program = Path.Combine(_folder.FullName, "bin", "Release", "net10.0", "Consumer.dll");
        _process = Process.Start(Command.Prepare(_folder.FullName, _environment, [program, "--urls", "http://127.0.0.1:0", .. arguments]))!;
        while (await _process.StandardOutput.ReadLineAsync().WithDeadline(TimeSpan.FromSeconds(30)) is { } line)
        {
            if (line.StartsWith("Address: ", StringComparison.Ordinal))
                return line["Address: ".Length..];
        }
        throw new InvalidOperationException("The program ended: " + await _process.StandardError.ReadToEndAsync().WithDeadline());
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StopAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync().WithDeadline();
        _process.Dispose();
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);
}
