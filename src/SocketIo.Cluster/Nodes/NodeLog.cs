using Microsoft.Extensions.Logging;

namespace SocketIo.Cluster.Nodes;

/// <summary>What this assembly logs.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(200, LogLevel.Information, "The backplane {Backplane} is connected; this is node {Node}.")]
    public static partial void Connected(ILogger logger, string backplane, string node);

    [LoggerMessage(201, LogLevel.Warning, "The backplane {Backplane} is away: {Reason} Own clients are served; messages for other servers wait.")]
    public static partial void Away(ILogger logger, string backplane, string? reason);

    [LoggerMessage(202, LogLevel.Warning, "{Count} messages for other servers were lost; the last one since: {Reason}")]
    public static partial void Lost(ILogger logger, long count, string reason);

    [LoggerMessage(203, LogLevel.Warning, "The backplane refused {Count} messages; the last one since: {Reason}")]
    public static partial void Refused(ILogger logger, long count, string reason);

    [LoggerMessage(204, LogLevel.Warning, "{Count} messages of other servers could not be read; the last one: {Reason}")]
    public static partial void Malformed(ILogger logger, long count, string reason);

    [LoggerMessage(205, LogLevel.Warning, "Node {Node} was silent for too long and is given up.")]
    public static partial void NodeLost(ILogger logger, string node);

    [LoggerMessage(206, LogLevel.Error, "The namespace {Namespace} cannot be opened on the backplane and stays local: {Reason}")]
    public static partial void NotOpened(ILogger logger, string @namespace, string reason);

    [LoggerMessage(207, LogLevel.Warning, "The namespace {Namespace} could not be opened on the backplane; it is tried again.")]
    public static partial void OpeningFailed(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(208, LogLevel.Error, "A message of type {Type} from another server failed in namespace {Namespace}.")]
    public static partial void MessageFailed(ILogger logger, Exception exception, MessageType type, string @namespace);

    [LoggerMessage(209, LogLevel.Warning, "The nodes of namespace {Namespace} could not be counted.")]
    public static partial void CountingFailed(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(210, LogLevel.Warning, "Entries of the log of namespace {Namespace} are gone; clients that were away before start anew.")]
    public static partial void Gap(ILogger logger, string @namespace);

    [LoggerMessage(211, LogLevel.Warning, "A broadcast in namespace {Namespace} came from a node that keeps none: over it and further ones no client recovers.")]
    public static partial void Unkept(ILogger logger, string @namespace);

    [LoggerMessage(212, LogLevel.Warning, "The namespace {Namespace} was not opened on the backplane within {Time}. Clients join; broadcasts of other servers reach them when it is.")]
    public static partial void OpeningLate(ILogger logger, string @namespace, TimeSpan time);

    [LoggerMessage(213, LogLevel.Warning, "The backplane did not open or close {Count} rooms as it should: sockets in them may miss broadcasts of other servers, until opening, which is tried again, succeeds. The last one since: {Reason}")]
    public static partial void RoomsFailed(ILogger logger, long count, string reason);

    [LoggerMessage(215, LogLevel.Error, "The look at the cluster failed; the next is in a moment.")]
    public static partial void TickFailed(ILogger logger, Exception exception);

    [LoggerMessage(216, LogLevel.Warning, "{Count} nodes were silent for too long and are given up, the first of them {Node}.")]
    public static partial void NodesLost(ILogger logger, int count, string node);

    [LoggerMessage(214, LogLevel.Information, "Node {Node} has left.")]
    public static partial void NodeLeft(ILogger logger, string node);

    [LoggerMessage(220, LogLevel.Information, "Connected to {Service} at {Address}.")]
    public static partial void SessionOpened(ILogger logger, string service, object address);

    [LoggerMessage(221, LogLevel.Warning, "{Service} is away: {Reason} Messages to other servers wait; connecting goes on.")]
    public static partial void SessionEnded(ILogger logger, string service, string reason);

    [LoggerMessage(222, LogLevel.Debug, "{Service} was not reached: {Reason} The next attempt is in {Delay}.")]
    public static partial void NotReached(ILogger logger, string service, string reason, TimeSpan delay);

    [LoggerMessage(224, LogLevel.Warning, "{Service} is there, and refuses what is needed: {Reason} Trying goes on.")]
    public static partial void StillRefused(ILogger logger, string service, string reason);

    [LoggerMessage(223, LogLevel.Error, "{Service} cannot be used: {Reason}")]
    public static partial void ServiceRefused(ILogger logger, string service, string reason);
}
