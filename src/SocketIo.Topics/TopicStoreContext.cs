using Microsoft.Extensions.Logging;

namespace SocketIo.Topics;

/// <summary>What a store is given when it is opened.</summary>
/// <param name="News">Whom a shared store tells of changes.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where it logs.</param>
public sealed record TopicStoreContext(ITopicNews News, TimeProvider Time, ILogger Logger);
