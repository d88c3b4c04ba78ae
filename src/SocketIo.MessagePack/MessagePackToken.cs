namespace SocketIo.MessagePack;

/// <summary>One value as it was read; of a container its head only. Refers to the reader's input.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bits">The number's bits (of a float those of a double), or 1 for true.</param>
/// <param name="Start">Where the bytes of text, binary data or an extension start.</param>
/// <param name="Length">How many they are; of an array its values, of a map its pairs.</param>
/// <param name="ExtensionType">The type of an extension.</param>
internal readonly record struct MessagePackToken(
    MessagePackKind Kind, ulong Bits = 0, int Start = 0, int Length = 0, sbyte ExtensionType = 0)
{
    public long Integer => (long)Bits;

    public double Float => BitConverter.UInt64BitsToDouble(Bits);

    public bool IsTrue => Bits != 0;
}
