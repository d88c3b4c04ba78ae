using System.Buffers;
using System.Buffers.Text;
using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace SocketIo.Engine.Sessions;

/// <summary>The sessions by id.</summary>
internal sealed class SessionStore : IEnumerable<EngineSession>
{
    // 120 random bits, as many as the reference's ids have characters for: 20 of base64url.
    private const int IdBytes = 15;

    private const int MaxIdLength = 128;

    // RFC 3986 2.3: what stands in a query as it is
    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~");

    private readonly ConcurrentDictionary<string, EngineSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IdClaim> _claims = new(StringComparer.Ordinal);

    public int Count => _sessions.Count;

    /// <summary>A new id that nobody can guess.</summary>
    public static string NewId()
    {
        Span<byte> random = stackalloc byte[IdBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    /// <summary>What <see cref="IsId"/> asks for.</summary>
    public static string IdRule => $"1 to {MaxIdLength} letters, digits, '-', '_', '.' or '~'";

    /// <summary>Whether a session may have that id.</summary>
    public static bool IsId(string? id) => id is { Length: > 0 and <= MaxIdLength } && !id.AsSpan().ContainsAnyExcept(IdCharacters);

    /// <summary>
    /// Keeps an id that the application made for one request until that is disposed: the session is in the store by then, or has
    /// failed to open. Null when a session or another request has it.
    /// </summary>
    public IdClaim? TryClaim(string id)
    {
        var claim = new IdClaim(_claims, id);
        if (!_claims.TryAdd(id, claim))
            return null;

        // behind the claim: whoever had claimed it before has put the session in first
        if (!_sessions.ContainsKey(id))
            return claim;
        claim.Dispose();
        return null;
    }

    /// <summary>False when another session has the id.</summary>
    public bool TryAdd(EngineSession session) => _sessions.TryAdd(session.Id, session);

    public bool TryGet(string id, [NotNullWhen(true)] out EngineSession? session) => _sessions.TryGetValue(id, out session);

    /// <summary>Removes that session, not another one with its id.</summary>
    public void Remove(EngineSession session) => _sessions.TryRemove(KeyValuePair.Create(session.Id, session));

    public IEnumerator<EngineSession> GetEnumerator()
    {
        foreach (var pair in _sessions)
            yield return pair.Value;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
