using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>Writes floating-point numbers as JSON.stringify does (ECMA-262, Number::toString): what is not finite is null, and minus zero is 0.</summary>
internal static class JavaScriptNumber
{
    // The longest in .NET's form: -1.7976931348623157E+308; and in JavaScript's: -0.0000012345678901234567
    private const int MaxLength = 32;

    // JavaScript has no exponent for 10^n with n from -7 to 20.
    private const int SmallestPlain = -6;
    private const int LargestPlain = 21;

    public static void Write(Utf8JsonWriter json, double value)
    {
        // where .NET has no exponent either
        if (Math.Abs(value) is >= 1e-4 and < 1e15)
            json.WriteNumberValue(value);
        else
            WriteShortest(json, value);
    }

    /// <summary>Writes a number of any size as the shortest text that is this one of its type.</summary>
    public static void WriteShortest<T>(Utf8JsonWriter json, T value) where T : IBinaryFloatingPointIeee754<T>, IUtf8SpanFormattable
    {
        if (!T.IsFinite(value))
        {
            json.WriteNullValue();
            return;
        }

        Span<byte> shortest = stackalloc byte[MaxLength];
        (T.IsZero(value) ? T.Zero : value).TryFormat(shortest, out var length, default, CultureInfo.InvariantCulture);
        shortest = shortest[..length];
        var exponent = shortest.IndexOf((byte)'E');
        Span<byte> text = stackalloc byte[MaxLength];
        json.WriteRawValue(exponent < 0 ? shortest : Rewrite(shortest, exponent, text), skipInputValidation: true);
    }

    /// <summary>Turns "-1.5E-07" into "-1.5e-7", and an exponent that JavaScript does without into zeros.</summary>
    private static ReadOnlySpan<byte> Rewrite(Span<byte> shortest, int exponentStart, Span<byte> text)
    {
        var exponent = int.Parse(shortest[(exponentStart + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var writer = new TextWriter(text);
        var digits = shortest[..exponentStart];
        if (digits[0] == '-')
        {
            writer.Append("-"u8);
            digits = digits[1..];
        }
        if (digits.Length > 1)
        {
            // over the point
            digits[1] = digits[0];
            digits = digits[1..];
        }

        var point = exponent + 1;
        if (point is > 0 and <= LargestPlain)
            writer.AppendPlain(digits, point);
        else if (point > SmallestPlain && point <= 0)
            writer.AppendFraction(digits, -point);
        else
            writer.AppendScientific(digits, exponent);
        return writer.Written;
    }

    private ref struct TextWriter(Span<byte> text)
    {
        private readonly Span<byte> _text = text;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _text[.._length];

        public void Append(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_text[_length..]);
            _length += bytes.Length;
        }

        // 1230 or 12.3
        public void AppendPlain(ReadOnlySpan<byte> digits, int point)
        {
            Append(digits[..Math.Min(point, digits.Length)]);
            if (point < digits.Length)
            {
                Append("."u8);
                Append(digits[point..]);
            }
            else
            {
                AppendZeros(point - digits.Length);
            }
        }

        // 0.00123
        public void AppendFraction(ReadOnlySpan<byte> digits, int zeros)
        {
            Append("0."u8);
            AppendZeros(zeros);
            Append(digits);
        }

        // 1.23e+45
        public void AppendScientific(ReadOnlySpan<byte> digits, int exponent)
        {
            AppendPlain(digits, 1);
            Append(exponent < 0 ? "e-"u8 : "e+"u8);
            Math.Abs(exponent).TryFormat(_text[_length..], out var written, default, CultureInfo.InvariantCulture);
            _length += written;
        }

        private void AppendZeros(int count)
        {
            _text.Slice(_length, count).Fill((byte)'0');
            _length += count;
        }
    }
}
