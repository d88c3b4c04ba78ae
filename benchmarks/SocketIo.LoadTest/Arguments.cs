namespace SocketIo.LoadTest;

/// <summary>Options of a command line: <c>--name value</c>, or <c>--name</c> alone for a flag.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _known = [];

    public Arguments(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                throw new UsageException($"\"{args[i]}\" is not an option; see --help.");
            var hasValue = i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            _values[args[i][2..]] = hasValue ? args[++i] : "";
        }
    }

    public bool Flag(string name)
    {
        _known.Add(name);
        return _values.ContainsKey(name);
    }

    public string? Text(string name)
    {
        _known.Add(name);
        if (!_values.TryGetValue(name, out var value))
            return null;
        return value.Length > 0 ? value : throw new UsageException($"--{name} needs a value.");
    }

    public int? Number(string name, int least = 1) =>
        Text(name) is not { } text ? null
        : int.TryParse(text, out var number) && number >= least ? number
        : throw new UsageException($"--{name} must be a whole number, at least {least}.");

    public int[]? Numbers(string name) =>
        List(name)?.Select(text => int.TryParse(text, out var number) && number >= 1
            ? number
            : throw new UsageException($"--{name} must be whole numbers, at least 1, with commas between.")).ToArray();

    public TimeSpan? Seconds(string name) =>
        Text(name) is not { } text ? null
        : double.TryParse(text, out var seconds) && seconds is >= 0 and < 3600 ? TimeSpan.FromSeconds(seconds)
        : throw new UsageException($"--{name} must be a number of seconds.");

    public string[]? List(string name) => Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => string.Join(' ', _values.Select(static pair => $"--{pair.Key} {pair.Value}".TrimEnd()));

    /// <summary>To be called when every option has been asked for.</summary>
    public void ThrowIfUnknown()
    {
        if (_values.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
            throw new UsageException($"There is no option --{unknown}; see --help.");
    }
}
