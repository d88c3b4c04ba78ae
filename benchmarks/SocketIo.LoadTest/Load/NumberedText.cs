using System.Buffers.Text;
using System.Text;

namespace SocketIo.LoadTest.Load;

/// <summary>Messages that are the same but for a number of eight digits; so they are written and compared without parsing.</summary>
internal sealed class NumberedText(string before, string after)
{
    /// <summary>Eight digits without a leading zero, so that it can be an acknowledgement id too.</summary>
    public const int First = 10_000_000;

    private const int Digits = 8;

    private readonly byte[] _before = Encoding.UTF8.GetBytes(before);
    private readonly byte[] _after = Encoding.UTF8.GetBytes(after);

    public int Length => _before.Length + Digits + _after.Length;

    public void Write(Span<byte> destination, int number)
    {
        _before.CopyTo(destination);
        Utf8Formatter.TryFormat(number, destination[_before.Length..], out _);
        _after.CopyTo(destination[(_before.Length + Digits)..]);
    }

    /// <summary>The number, when the text is whole and right in every other byte.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        if (text.Length != Length || !text.StartsWith(_before) || !text.EndsWith(_after))
            return false;
        foreach (var digit in text.Slice(_before.Length, Digits))
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            number = number * 10 + (digit - '0');
        }
        return true;
    }
}
