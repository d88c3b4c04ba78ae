using System.Text;

namespace SocketIo.LoadTest.Report;

/// <summary>The tables, with what a reader must know to read them.</summary>
internal static class MarkdownReport
{
    public static string Write(Results results)
    {
        var options = results.Options;
        var text = new StringBuilder()
            .AppendLine("# Load test")
            .AppendLine()
            .AppendLine($"{results.Machine.Text}.")
            .AppendLine()
            .AppendLine($"Measured at {results.Machine.Source}")
            .AppendLine()
            .AppendLine($"Payload {options.PayloadBytes} bytes. Medians of {options.Repetitions} runs of {options.Measured.TotalSeconds:0.0#} s, "
                + $"servers in turns, each in a process of its own, its first run, {options.FirstWarmup.TotalSeconds:0.#} s longer, dropped. Ratio: how many times this server's figure; "
                + "above 1 it costs more. Every delivery was counted and compared byte by byte, in the order of its connection.")
            .AppendLine()
            .AppendLine("![How many times this server's cost](results.svg)");
        foreach (var result in results.Cases)
            Append(text, result);
        text.AppendLine().AppendLine("## How to read it").AppendLine();
        foreach (var caveat in Usage.Caveats)
            text.AppendLine($"- {caveat}");
        return text.ToString();
    }

    private static void Append(StringBuilder text, CaseResult result)
    {
        var rows = Rows.Of(result);
        text.AppendLine().AppendLine($"## {result.Case.Title}").AppendLine();
        Append(text, rows[0]);
        text.AppendLine("|---|" + string.Concat(Enumerable.Repeat("---:|", rows[0].Length - 1)));
        foreach (var row in rows.Skip(1))
            Append(text, row);
    }

    private static void Append(StringBuilder text, string[] row) => text.AppendLine($"| {string.Join(" | ", row.Select(Cell))} |");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
