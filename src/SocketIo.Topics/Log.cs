using Microsoft.Extensions.Logging;

namespace SocketIo.Topics;

/// <summary>What the project logs. All in one class: the generator behind it writes several in an order that changes from build to build.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The topic store {Store} is away: {Reason} What is emitted to topics fails after {Timeout}.")]
    public static partial void StoreAway(ILogger logger, string store, string reason, TimeSpan timeout);

    [LoggerMessage(2, LogLevel.Information, "The topic store {Store} is back after {Time}.")]
    public static partial void StoreBack(ILogger logger, string store, TimeSpan time);

    [LoggerMessage(3, LogLevel.Error, "The topic store {Store} failed unexpectedly.")]
    public static partial void StoreFailed(ILogger logger, Exception exception, string store);

    [LoggerMessage(4, LogLevel.Error, "The state of the subscription {Subscription} could not be stored; events may be delivered again.")]
    public static partial void WriteFailed(ILogger logger, Exception exception, SubscriptionName subscription);

    [LoggerMessage(5, LogLevel.Error, "Delivery to the subscription {Subscription} failed unexpectedly.")]
    public static partial void DeliveryFailed(ILogger logger, Exception exception, SubscriptionName subscription);

    [LoggerMessage(6, LogLevel.Warning, "A receiver of the subscription {Subscription} does not acknowledge: {What}.")]
    public static partial void Unacknowledged(ILogger logger, SubscriptionName subscription, Unacknowledged what);

    [LoggerMessage(7, LogLevel.Information, "The subscription {Subscription} has missed the events {First} to {Last}, which were deleted.")]
    public static partial void Missed(ILogger logger, SubscriptionName subscription, long first, long last);

    [LoggerMessage(8, LogLevel.Information, "The subscription {Subscription} was forgotten: it had no receiver since {Seen}.")]
    public static partial void Forgotten(ILogger logger, SubscriptionName subscription, DateTimeOffset seen);

    [LoggerMessage(9, LogLevel.Warning, "The server {Owner} gives no sign of life: what it has not delivered is delivered by others.")]
    public static partial void ServerDead(ILogger logger, string owner);

    [LoggerMessage(10, LogLevel.Warning, "Another server took this one for dead, since it gave no sign of life in time. Events may be delivered twice.")]
    public static partial void TakenForDead(ILogger logger);

    [LoggerMessage(11, LogLevel.Error, "Old events and subscriptions could not be deleted; it is tried again.")]
    public static partial void CleanupFailed(ILogger logger, Exception exception);

    [LoggerMessage(12, LogLevel.Warning, "The topic store {Store} has not ended {Work} within {Timeout}: the server stops without it.")]
    public static partial void GivenUp(ILogger logger, string store, string work, TimeSpan timeout);

    [LoggerMessage(13, LogLevel.Error, "The topic store {Store} failed when the server stopped.")]
    public static partial void EndFailed(ILogger logger, Exception exception, string store);

    [LoggerMessage(14, LogLevel.Error, "The topic store {Store} gave an answer for the topic {Topic} that cannot be: {Answer}.")]
    public static partial void ImpossibleAnswer(ILogger logger, string store, TopicName topic, string answer);

    [LoggerMessage(15, LogLevel.Error, "The look at the subscriptions failed; the next is in a moment.")]
    public static partial void TickFailed(ILogger logger, Exception exception);
}
