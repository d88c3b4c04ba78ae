using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SocketIo.Engine.WebSockets;

/// <summary>The masking of client payloads (RFC 6455 5.3). A key is its four bytes in memory order, read as one number.</summary>
internal static class Mask
{
    /// <summary>Copies <paramref name="source"/> with the mask taken off; returns the key for the byte that follows.</summary>
    public static uint CopyUnmasked(ReadOnlySpan<byte> source, Span<byte> destination, uint key)
    {
        // The references below are not bounds-checked; this slice is the check.
        ref var to = ref MemoryMarshal.GetReference(destination[..source.Length]);
        ref var from = ref MemoryMarshal.GetReference(source);
        var at = 0;

        var widest = Vector256.Create(key).AsByte();
        for (; at <= source.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            (Vector256.LoadUnsafe(ref from, (nuint)at) ^ widest).StoreUnsafe(ref to, (nuint)at);

        var wide = Vector128.Create(key).AsByte();
        for (; at <= source.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
            (Vector128.LoadUnsafe(ref from, (nuint)at) ^ wide).StoreUnsafe(ref to, (nuint)at);

        for (; at <= source.Length - sizeof(uint); at += sizeof(uint))
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, at), Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref from, at)) ^ key);

        // Whole keys so far, so the phase is still that of the first byte.
        for (; at < source.Length; at++)
        {
            Unsafe.Add(ref to, at) = (byte)(Unsafe.Add(ref from, at) ^ FirstByte(key));
            key = Advance(key);
        }

        return key;
    }

    private static byte FirstByte(uint key) => (byte)(BitConverter.IsLittleEndian ? key : key >> 24);

    private static uint Advance(uint key) =>
        BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, 8) : BitOperations.RotateLeft(key, 8);
}
