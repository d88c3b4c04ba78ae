namespace SocketIo.Topics;

/// <summary>A topic: its namespace, with the leading slash, and its name in there.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The name, 1 to 255 characters.</param>
public readonly record struct TopicName(string Namespace, string Name)
{
    /// <summary>The two, such as "/orders".</summary>
    public override string ToString() => $"{Namespace} {Name}";

    /// <summary>Throws for a name that not every store can keep.</summary>
    internal TopicName Checked()
    {
        Names.ThrowIfInvalid(Namespace);
        Names.ThrowIfInvalid(Name);
        return this;
    }
}
