using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests;

/// <summary>The load test as a user starts it, with very little load: it checks every delivery by itself.</summary>
internal sealed class LoadTestTests
{
    [Test]
    public async Task The_load_test_finds_every_delivery_whole_and_in_order()
    {
        var folder = Directory.CreateTempSubdirectory("load-test-");
        try
        {
            var (exitCode, output) = await RunAsync(
                "--servers", "socketio", "--scenarios", "fanout-16,echo-8,rooms,latency,stalled", "--n", "20", "--reps", "1", "--secs", "0.2",
                "--warm", "0.1", "--first-warm", "0.1", "--no-pin", "--out", folder.FullName);

            Assert.That(exitCode, Is.Zero, output);
            Assert.That(Deliveries(Path.Combine(folder.FullName, "results.json")), Has.Exactly(6).Positive);
            Assert.That(File.ReadAllText(Path.Combine(folder.FullName, "results.md")), Does.Contain("CPU µs per delivery"));
            var picture = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "results.svg"));
            Assert.That(picture, Does.EndWith("</svg>\n"));
            Assert.That(LabelsCutAtTheLeft(picture), Is.Empty);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public async Task The_load_test_measures_what_an_idle_client_adds_to_the_bare_connection()
    {
        var (exitCode, output) = await RunAsync(
            "--servers", "socketio,socketio-sockets,kestrel", "--scenarios", "idle,echo-1", "--n", "20", "--reps", "1", "--secs", "0.2",
            "--warm", "0.1", "--first-warm", "0.1", "--no-pin");

        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Contain("Kestrel, upgraded only").And.Contain("this server, Kestrel's sockets"));
    }

    [Test]
    public async Task The_load_test_compares_topics_and_lets_subscribers_come_back()
    {
        var (exitCode, output) = await RunAsync(
            "--servers", "socketio,topics,topics-sqlite,topics-sqlite-stream", "--scenarios", "fanout-1,beside,return", "--n", "20", "--reps", "1",
            "--secs", "0.3", "--warm", "0.1", "--first-warm", "0.1", "--no-pin");

        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Contain("stored/s").And.Contain("20 subscribers come back"));
    }

    [Test]
    public async Task The_load_test_names_an_option_that_it_does_not_know()
    {
        var (exitCode, output) = await RunAsync("--servres", "socketio");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.Contain("--servres"));
    }

    // a label that ends at x takes about 7 pixels for each of its characters
    private static IEnumerable<string> LabelsCutAtTheLeft(string svg) =>
        Regex.Matches(svg, """<text x="(?<end>[0-9.]+)"[^>]*text-anchor="end"[^>]*>(?<label>[^<]*)<""")
            .Where(static text => double.Parse(text.Groups["end"].Value, CultureInfo.InvariantCulture) < 7 * text.Groups["label"].Length)
            .Select(static text => text.Groups["label"].Value);

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var program = Path.Combine(
            Repository.Root, "benchmarks", "SocketIo.LoadTest", "bin", Repository.Configuration, "net10.0", "SocketIo.LoadTest.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WithDeadline(TimeSpan.FromMinutes(1));
            return (process.ExitCode, await output.WithDeadline() + await errors.WithDeadline());
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static List<long> Deliveries(string file)
    {
        using var results = JsonDocument.Parse(File.ReadAllBytes(file));
        return
        [
            .. results.RootElement.GetProperty("cases").EnumerateArray()
                .SelectMany(static one => one.GetProperty("servers").EnumerateArray())
                .SelectMany(static server => server.GetProperty("runs").EnumerateArray())
                .Select(static run => run.GetProperty("operations").GetInt64()),
        ];
    }
}
