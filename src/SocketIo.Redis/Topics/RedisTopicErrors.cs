using System.Net.Sockets;
using System.Security.Authentication;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;
using SocketIo.Topics;
using StackExchange.Redis;

namespace SocketIo.Redis.Topics;

/// <summary>What the errors of Redis and of its connections mean to whoever waits for the store.</summary>
internal static class RedisTopicErrors
{
    /// <param name="exception">What was thrown.</param>
    /// <param name="what">What was to be done.</param>
    /// <param name="mayBeStored">Whether Redis may have stored events all the same.</param>
    public static TopicStoreException Translate(Exception exception, string what, bool mayBeStored = false) =>
        new($"Redis could not {what}: {exception.Message}", exception)
        {
            MayBeStored = mayBeStored,
            IsPermanent = exception is RespException { Code: "NOAUTH" or "WRONGPASS" or "NOPERM" },
        };

    /// <summary>Translates what was thrown while a session was used: the reason why that has ended, if it has.</summary>
    public static TopicStoreException Translate(Exception exception, RedisSession session, string what, bool mayBeStored = false) =>
        Translate(session.Ended.IsCompletedSuccessfully ? session.Ended.Result : exception, what, mayBeStored);

    /// <summary>Whether Redis refuses a command for what its keys hold, or for want of a right to them; others are not concerned.</summary>
    public static bool IsOfKey(RespException refusal) =>
        refusal.Code is "WRONGTYPE" or "ERR" || (refusal.Code is "NOPERM" && refusal.Message.Contains("access a key", StringComparison.Ordinal));

    /// <summary>Whether Redis or the way to it, not the code, has failed.</summary>
    public static bool IsOfRedis(Exception exception) => exception is RespException or RespFormatException or RedisException or IOException
        or SocketException or TimeoutException or AuthenticationException or ObjectDisposedException or InvalidOperationException;

    /// <summary>The same; waits are cancelled when a session ends.</summary>
    public static bool IsOf(Exception exception, RedisSession session) =>
        IsOfRedis(exception) || (exception is OperationCanceledException && session.Ended.IsCompleted);
}
