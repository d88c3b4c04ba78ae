namespace SocketIo.LoadTest.Report;

/// <summary>Writes the files of --out.</summary>
internal static class ResultFiles
{
    public const string Names = "results.md, results.svg and results.json";

    public static void Write(string folder, Results results)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "results.json"), JsonReport.Write(results));
        File.WriteAllText(Path.Combine(folder, "results.md"), MarkdownReport.Write(results));
        File.WriteAllText(Path.Combine(folder, "results.svg"), new RatioChart(results).Write());
    }
}
