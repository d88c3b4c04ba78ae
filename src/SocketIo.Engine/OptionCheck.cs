namespace SocketIo.Engine;

/// <summary>Collects what cannot work in a set of options, each fault with the option's name and its value.</summary>
internal sealed class OptionCheck
{
    private readonly List<string> _faults = [];

    public IReadOnlyList<string> Faults => _faults;

    public void Require(bool holds, string name, string rule, object? value)
    {
        if (!holds)
            _faults.Add($"{name} must {rule}, not {Show(value)}.");
    }

    /// <summary>Above zero, and short enough for a timer.</summary>
    public void Positive(TimeSpan value, string name) => Require(
        value > TimeSpan.Zero && value.TotalMilliseconds <= int.MaxValue, name, $"be above zero and at most {int.MaxValue} milliseconds", value);

    public void Positive(int value, string name) => Require(value > 0, name, "be above zero", value);

    public void NotNegative(int value, string name) => Require(value >= 0, name, "not be negative", value);

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => value.ToString()!,
    };
}
