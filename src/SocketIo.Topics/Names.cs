using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace SocketIo.Topics;

/// <summary>What every store can keep as text.</summary>
internal static class Names
{
    // three of them fit into an index entry of PostgreSQL (2,700 bytes), whatever the characters
    private const int MaxLength = 255;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static void ThrowIfInvalid(string name, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (!IsValid(name))
            throw new ArgumentException($"A name has at most {MaxLength} characters, no NUL and no lone surrogates.", parameter);
    }

    /// <summary>A client's key as it is or, when it is long or not text, its hash: keys are compared, never read.</summary>
    public static string Key(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return IsValid(key) ? key : "sha256:" + Convert.ToHexString(SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(key.AsSpan())));
    }

    private static bool IsValid(string text)
    {
        if (text.Length > MaxLength || text.Contains('\0', StringComparison.Ordinal))
            return false;
        try
        {
            Strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
