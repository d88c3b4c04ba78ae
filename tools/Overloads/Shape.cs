namespace SocketIo.Overloads;

/// <summary>What a handler returns.</summary>
/// <param name="Return">The return type; null for a handler without one.</param>
/// <param name="Adapter">The type that turns it into an acknowledgement.</param>
/// <param name="Value">The type of the acknowledged value.</param>
/// <param name="IsPreferred">
/// Whether a lambda that could be this or another shape is this one: an async lambda is a Task rather than a ValueTask, and a handler
/// that only throws is awaited.
/// </param>
internal sealed record Shape(string? Return, string? Adapter, string Value, bool IsPreferred)
{
    public static readonly IReadOnlyList<Shape> All =
    [
        new(null, null, "Nothing", false),
        new("Task", "TaskResult", "Nothing", true),
        new("Task<TResult>", "TaskResult<TResult>", "TResult", true),
        new("ValueTask", "ValueTaskResult", "Nothing", false),
        new("ValueTask<TResult>", "ValueTaskResult<TResult>", "TResult", false),
        new("TResult", "PlainResult<TResult>", "TResult", false),
    ];

    private bool HasResult => Value == "TResult";

    /// <summary>The type parameters of a method that takes such a handler.</summary>
    public string TypeParameters(int arity)
    {
        var names = Enumerable.Range(1, arity).Select(static index => "T" + index).Concat(HasResult ? ["TResult"] : []);
        return names.Any() ? $"<{string.Join(", ", names)}>" : "";
    }

    /// <summary>The delegate of such a handler.</summary>
    /// <param name="first">The parameters before those of the event.</param>
    /// <param name="arity">How many follow.</param>
    public string Delegate(IEnumerable<string> first, int arity)
    {
        var types = first.Concat(Enumerable.Range(1, arity).Select(static index => "T" + index)).Concat(Return is null ? [] : [Return]);
        return (Return is null ? "Action" : "Func") + (types.Any() ? $"<{string.Join(", ", types)}>" : "");
    }
}
