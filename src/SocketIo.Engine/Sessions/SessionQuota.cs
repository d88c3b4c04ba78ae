using System.Net;
using System.Runtime.InteropServices;

namespace SocketIo.Engine.Sessions;

/// <summary>Counts the sessions, in all and for each remote address. Asked when a session begins and when it ends.</summary>
/// <param name="max">The most in all.</param>
/// <param name="maxPerAddress">The most of one address; null is <see cref="PublicDefault"/> for public addresses, and no limit for others.</param>
internal sealed class SessionQuota(int max, int? maxPerAddress)
{
    /// <summary>
    /// A tenth of what there may be by default in all: more than one office, campus or mobile network has, and too few to keep all
    /// others out.
    /// </summary>
    public const int PublicDefault = 10_000;

    // Past so many addresses the memory is given back when they are gone.
    private const int KeptCapacity = 1024;

    // guarded by the dictionary's lock
    private readonly Dictionary<AddressKey, int> _byAddress = [];
    private int _count;

    public int Count
    {
        get
        {
            lock (_byAddress)
                return _count;
        }
    }

    /// <summary>The most of one address.</summary>
    public int MaxPerAddress => maxPerAddress ?? PublicDefault;

    /// <summary>Whether a session could begin now.</summary>
    public QuotaResult Look(IPAddress? address)
    {
        var key = KeyOf(address);
        lock (_byAddress)
            return Look(key);
    }

    /// <summary>Counts one more session in, unless there are too many.</summary>
    /// <param name="address">Where it comes from; null when the server does not know.</param>
    /// <param name="key">To count it out with, see <see cref="Leave"/>.</param>
    public QuotaResult Enter(IPAddress? address, out AddressKey key)
    {
        var wanted = KeyOf(address);
        lock (_byAddress)
        {
            var result = Look(wanted);
            key = result is QuotaResult.Free ? wanted : default;
            if (result is not QuotaResult.Free)
                return result;
            _count++;
            if (wanted.HasAddress)
                CollectionsMarshal.GetValueRefOrAddDefault(_byAddress, wanted, out _)++;
            return result;
        }
    }

    /// <summary>Counts a session out, once; one that was never counted in changes nothing.</summary>
    public void Leave(AddressKey key)
    {
        if (!key.IsCounted)
            return;
        lock (_byAddress)
        {
            _count--;
            if (!key.HasAddress || --CollectionsMarshal.GetValueRefOrNullRef(_byAddress, key) > 0)
                return;
            _byAddress.Remove(key);
            if (_byAddress.Count == 0 && _byAddress.Capacity > KeptCapacity)
                _byAddress.TrimExcess();
        }
    }

    private AddressKey KeyOf(IPAddress? address) =>
        address is null || (maxPerAddress is null && AddressKey.IsPrivate(address)) ? AddressKey.OfNone : AddressKey.Of(address);

    private QuotaResult Look(AddressKey key)
    {
        if (_count >= max)
            return QuotaResult.Full;
        return key.HasAddress && _byAddress.GetValueOrDefault(key) >= MaxPerAddress ? QuotaResult.FullForAddress : QuotaResult.Free;
    }
}
