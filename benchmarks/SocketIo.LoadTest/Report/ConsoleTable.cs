using System.Text;

namespace SocketIo.LoadTest.Report;

/// <summary>A case as text in columns.</summary>
internal static class ConsoleTable
{
    public static string Write(CaseResult result)
    {
        var rows = Rows.Of(result);
        var columns = rows[0].Length;
        var widths = Enumerable.Range(0, columns).Select(column => rows.Where(row => row.Length == columns).Max(row => row[column].Length)).ToArray();
        widths[0] = rows.Max(static row => row[0].Length);
        var text = new StringBuilder().AppendLine().AppendLine(result.Case.Title);
        foreach (var row in rows)
            text.AppendLine("  " + Line(row, widths));
        return text.ToString().TrimEnd();
    }

    private static string Line(string[] row, int[] widths) =>
        string.Join("  ", row.Select((cell, column) => column == 0 || row.Length < widths.Length ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])));
}
