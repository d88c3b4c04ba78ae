using System.Buffers.Binary;
using System.Net;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// A session's place in the <see cref="SessionQuota"/>: by the address it comes from, for IPv6 by the first 64 bits of it, since one
/// host has all addresses that begin with them. Eight bytes, as each session has one.
/// </summary>
internal readonly record struct AddressKey
{
    // Those of IPv4 are made as addresses of IPv6 that nobody has (RFC 4291 2.5.5); zero is left for no key.
    private const ulong Version4 = 0x0000_FFFF_0000_0000;
    private const ulong ZeroPrefix = 1;

    private readonly ulong _value;

    private AddressKey(ulong value) => _value = value;

    /// <summary>Counted, but not for an address.</summary>
    public static AddressKey OfNone { get; } = new(ulong.MaxValue);

    /// <summary>Whether the session is counted at all.</summary>
    public bool IsCounted => _value != 0;

    /// <summary>Whether it is counted for an address.</summary>
    public bool HasAddress => _value is not (0 or ulong.MaxValue);

    public static AddressKey Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return TryGetVersion4(address, bytes, out var version4)
            ? new AddressKey(Version4 | BinaryPrimitives.ReadUInt32BigEndian(version4))
            : new AddressKey(Math.Max(BinaryPrimitives.ReadUInt64BigEndian(bytes), ZeroPrefix));
    }

    /// <summary>Whether an address is of this host or of a private network, as those of proxies are.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];

        // RFC 1918, RFC 6598 and RFC 3927
        return TryGetVersion4(address, bytes, out var version4)
            ? version4 is [127, ..] or [10, ..] or [172, >= 16 and < 32, ..] or [192, 168, ..] or [100, >= 64 and < 128, ..] or [169, 254, ..]
            : IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal;
    }

    /// <summary>Writes the address, and finds that of IPv4 in it, be it mapped to IPv6 or not.</summary>
    private static bool TryGetVersion4(IPAddress address, Span<byte> bytes, out ReadOnlySpan<byte> version4)
    {
        address.TryWriteBytes(bytes, out var length);
        version4 = length == 4 ? bytes[..4] : bytes[12..];
        return length == 4 || address.IsIPv4MappedToIPv6;
    }
}
