namespace SocketIo.Topics;

/// <summary>A subscription: a topic, and the application's name of the receiver.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Subscriber">The receiver, a user or a device; 1 to 255 characters.</param>
public readonly record struct SubscriptionName(TopicName Topic, string Subscriber)
{
    /// <summary>For logs.</summary>
    public override string ToString() => $"{Subscriber} of {Topic}";

    /// <summary>Throws for a name that not every store can keep.</summary>
    internal SubscriptionName Checked()
    {
        Topic.Checked();
        Names.ThrowIfInvalid(Subscriber);
        return this;
    }
}
