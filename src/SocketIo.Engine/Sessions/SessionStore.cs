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

    public int Count => _sessions.Count;

    /// <summary>A new id that nobody can guess.</summary>
    public static string NewId()
    {
        Span<byte> random = stackalloc byte[IdBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    /// <summary>Whether a session may have that id.</summary>
    public static bool IsId(string? id) => id is { Length: > 0 and <= MaxIdLength } && !id.AsSpan().ContainsAnyExcept(IdCharacters);

    public void Add(EngineSession session) => _sessions[session.Id] = session;

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
