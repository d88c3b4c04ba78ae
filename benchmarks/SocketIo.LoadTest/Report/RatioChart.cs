using System.Text;
using SocketIo.LoadTest.Servers;

namespace SocketIo.LoadTest.Report;

/// <summary>A bar chart as SVG: for each case one bar per server, as long as its cost is a multiple of this server's.</summary>
internal sealed class RatioChart(Results results)
{
    private const int Width = 960;
    private const double CharacterWidth = 7.3; // at most, on average: text of 13 pixels, whatever the font
    private const int Right = 90; // room for the figure behind the longest bar
    private const int Top = 84;
    private const int Bottom = 101;
    private const int BarHeight = 15;
    private const int Gap = 20; // between cases
    private const double Longest = 12; // a bar that is longer is cut, or the others could not be told apart

    // told apart in print and by the colour-blind; this server's stands out
    private static readonly Dictionary<string, string> Colors = new()
    {
        ["socketio"] = "#1f5fbf", [Peer.OnSocketsName] = "#6fa3e8", ["signalr"] = "#8e6bbf", ["node"] = "#5c9e5c", ["bun"] = "#d99a2b",
        ["kestrel"] = "#9aa4af", ["topics"] = "#2a9d8f", ["topics-sqlite"] = "#84c7be", ["topics-stream"] = "#b5651d", ["topics-sqlite-stream"] = "#dba97c",
    };

    private readonly StringBuilder _svg = new();
    private readonly CaseResult[] _cases = [.. results.Cases.Where(static result => result.Peers.Any(peer => result.Ratio(peer) is not null))];

    // room for the titles of the cases, which end at it
    private readonly int _left = 40 + (int)(CharacterWidth * results.Cases.Select(static result => result.Case.Title.Length).DefaultIfEmpty().Max());

    public string Write()
    {
        var bars = _cases.Sum(static result => Shown(result).Count());
        var bottom = Top + bars * BarHeight + _cases.Length * Gap;
        var height = bottom + Bottom;
        _svg.AppendLine($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" """
            + """font-family="Segoe UI, Helvetica, Arial, sans-serif" font-size="13" fill="#24292f">""");
        _svg.AppendLine("""<rect width="100%" height="100%" fill="#ffffff"/>""");
        Text(20, 30, "Cost, as a multiple of this server's (less is better)", """font-size="17" font-weight="600" """);
        WriteLegend();
        var most = _cases.SelectMany(static result => result.Peers.Select(peer => result.Ratio(peer) ?? 0)).DefaultIfEmpty().Max();
        most = Math.Clamp(most, 1.5, Longest);
        var step = Step(most);
        var end = Math.Ceiling(most / step) * step;
        double X(double ratio) => _left + (Width - _left - Right) * Math.Min(ratio, end) / end;
        WriteAxis(step, end, bottom, X);
        WriteCases(X);
        _svg.AppendLine("</svg>");
        return _svg.ToString();
    }

    private static IEnumerable<PeerResult> Shown(CaseResult result) => result.Peers.Where(peer => result.Ratio(peer) is not null);

    private void WriteLegend()
    {
        var x = 20;
        foreach (var peer in _cases.SelectMany(Shown).Select(static peer => peer.Peer).Distinct())
        {
            _svg.AppendLine($"""<rect x="{x}" y="46" width="12" height="12" fill="{Colors[peer.Name]}"/>""");
            Text(x + 18, 57, peer.Title);
            x += 50 + 7 * peer.Title.Length;
        }
    }

    private void WriteAxis(double step, double end, int bottom, Func<double, double> x)
    {
        for (var ratio = 0.0; ratio <= end + step / 2; ratio += step)
        {
            _svg.AppendLine($"""<line x1="{x(ratio):0.#}" y1="{Top}" x2="{x(ratio):0.#}" y2="{bottom}" stroke="#e3e6ea"/>""");
            Text(x(ratio), bottom + 18, $"{ratio:0.##}×", """text-anchor="middle" fill="#57606a" """);
        }
        _svg.AppendLine($"""<line x1="{x(1):0.#}" y1="{Top}" x2="{x(1):0.#}" y2="{bottom}" stroke="{Colors["socketio"]}" stroke-dasharray="4 3"/>""");
        Text((x(0) + x(end)) / 2, bottom + 38, "times this server's median: CPU time of the server process, resident memory, or latency", """text-anchor="middle" """);
        Text(20, bottom + 60, results.Machine.Hardware, """font-size="11" fill="#57606a" """);
        Text(20, bottom + 90, results.Machine.Source, """font-size="11" fill="#57606a" """);
        Text(20, bottom + 75, results.Machine.Conditions, """font-size="11" fill="#57606a" """);
    }

    private void WriteCases(Func<double, double> x)
    {
        var y = Top + Gap / 2;
        foreach (var result in _cases)
        {
            var peers = Shown(result).ToArray();
            var middle = y + peers.Length * BarHeight / 2;
            Text(_left - 12, middle - 2, result.Case.Title, """text-anchor="end" """);
            Text(_left - 12, middle + 13, $"1× = {Own(result)}", """text-anchor="end" font-size="11" fill="#57606a" """);
            foreach (var peer in peers)
            {
                WriteBar(y, peer.Peer, result.Ratio(peer)!.Value, x);
                y += BarHeight;
            }
            y += Gap;
        }
    }

    // the figure has a white edge, since the line at 1 may run through it
    private void WriteBar(int y, Peer peer, double ratio, Func<double, double> x)
    {
        _svg.AppendLine($"""<rect x="{_left}" y="{y}" width="{x(ratio) - _left:0.#}" height="{BarHeight - 2}" fill="{Colors[peer.Name]}"/>""");
        Text(x(ratio) + 5, y + BarHeight - 4, $"{Rows.Figure(ratio)}×{(ratio > Longest ? " (cut)" : "")}", """font-size="11" stroke="#ffffff" stroke-width="3" paint-order="stroke" """);
    }

    private static string Own(CaseResult result)
    {
        var cost = result.Cost(result.Peers.First(static peer => peer.Peer == Peer.Own)).Median;
        return $"{Rows.Figure(cost)} {result.Case.Unit}";
    }

    /// <summary>The distance of the lines, so that there are at most ten.</summary>
    private static double Step(double most) => new[] { 0.25, 0.5, 1, 2, 5, 10, 20, 50 }.FirstOrDefault(step => most / step <= 10, 100);

    private void Text(double x, double y, string text, string attributes = "") =>
        _svg.AppendLine($"""<text x="{x:0.#}" y="{y:0.#}" {attributes}>{text.Replace("&", "&amp;").Replace("<", "&lt;")}</text>""");
}
