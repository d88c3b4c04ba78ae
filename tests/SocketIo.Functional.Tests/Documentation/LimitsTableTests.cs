using System.Globalization;
using System.Text.RegularExpressions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Documentation;

/// <summary>The table of limits has every limit, with the default that it has in the code.</summary>
internal sealed partial class LimitsTableTests
{
    // by their names
    private static readonly Dictionary<string, object?> Defaults = DefaultsOf(new SocketIoOptions()).Concat(DefaultsOf(new ConnectionStateRecoveryOptions()))
        .Append(new("Json.MaxDepth", 64))
        .ToDictionary();

    private static IEnumerable<TestCaseData> Rows =>
        Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "limits.md")))
            .Select(static row => new TestCaseData(row.Groups["name"].Value, row.Groups["default"].Value).SetArgDisplayNames(row.Groups["name"].Value));

    [TestCaseSource(nameof(Rows))]
    public void The_default_is_that_of_the_code(string name, string text)
    {
        Assert.That(Defaults, Does.ContainKey(name));
        Assert.That(text.StartsWith("null", StringComparison.Ordinal) ? null : Parse(text), Is.EqualTo(Defaults[name]));
    }

    [Test]
    public void Every_limit_of_the_options_is_there() =>
        Assert.That(Rows.Select(static row => row.Arguments[0]), Is.SupersetOf(Defaults.Keys.Where(static name => LimitName().IsMatch(name) && name != nameof(SocketIoOptions.MaxConcurrentHandlers))));

    private static IEnumerable<KeyValuePair<string, object?>> DefaultsOf(object options) =>
        options.GetType().GetProperties().Select(property => KeyValuePair.Create(property.Name, property.GetValue(options)));

    private static object Parse(string text)
    {
        var number = Number().Match(text);
        var value = int.Parse(number.Groups["digits"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        return number.Groups["unit"].Value switch
        {
            "MiB" => value * 1024 * 1024,
            "s" => TimeSpan.FromSeconds(value),
            "min" => TimeSpan.FromMinutes(value),
            _ => value,
        };
    }

    [GeneratedRegex(@"^\| `(?<name>[\w.]+)`[^|]* \| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^(?<digits>[\d,]+)(?: (?<unit>\w+))?$")]
    private static partial Regex Number();

    [GeneratedRegex("^Max|Timeout$")]
    private static partial Regex LimitName();
}
