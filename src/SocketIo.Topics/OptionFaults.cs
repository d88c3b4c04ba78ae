namespace SocketIo.Topics;

/// <summary>Collects what cannot work in a set of options, each fault with the option's name and its value.</summary>
internal sealed class OptionFaults(string options)
{
    // A hundred years: what is older than that, counted back from now, is a time that clocks and databases have.
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(36_500);

    public List<string> Found { get; } = [];

    /// <summary>A time that a timer takes.</summary>
    public void Timer(TimeSpan value, TimeSpan least, string name) => Require(
        value >= least && value.TotalMilliseconds <= int.MaxValue,
        name,
        least < TimeSpan.FromSeconds(1) ? $"be above zero and at most {int.MaxValue} milliseconds" : $"be at least {least} and at most {int.MaxValue} milliseconds",
        value);

    /// <summary>A time that is counted back from now; null for none.</summary>
    public void Age(TimeSpan? value, string name) => Require(
        value is null || (value > TimeSpan.Zero && value <= MaxAge), name, $"be above zero and at most {MaxAge.Days} days", value);

    public void AtLeast(long value, long least, string name) => Require(value >= least, name, $"be at least {least}", value);

    private void Require(bool holds, string name, string rule, object? value)
    {
        if (!holds)
            Found.Add($"{options}.{name} must {rule}, not {value}.");
    }
}
