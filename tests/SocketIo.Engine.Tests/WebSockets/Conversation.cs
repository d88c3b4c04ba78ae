using System.Text;
using SocketIo.Engine.Frames;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

/// <summary>Random messages in random fragments with control frames between, and what a reader has to make of them.</summary>
internal sealed class Conversation
{
    // Around every change of the length encoding, and one that outgrows the first buffers.
    private static readonly int[] Sizes = [0, 1, 2, 3, 15, 16, 17, 125, 126, 127, 4095, 4096, 4097, 65535, 65536, 65537, 200_000];

    private readonly Random _random;
    private readonly MemoryStream _bytes = new();

    public Conversation(Random random)
    {
        _random = random;
        for (var i = 0; i < 12; i++)
            AddMessage();
    }

    public List<Received> Expected { get; } = [];

    public byte[] Bytes => _bytes.ToArray();

    public static IEnumerable<byte[]> CutAtRandom(Random random, byte[] bytes)
    {
        // Small parts find the cuts in headers and keys, large ones many frames in one part.
        var largest = random.Next(3) switch { 0 => 700, 1 => 5_000, _ => 100_000 };
        for (var at = 0; at < bytes.Length;)
        {
            var size = Math.Min(random.Next(largest), bytes.Length - at);
            yield return bytes[at..(at + size)];
            at += size;
        }
    }

    private void AddMessage()
    {
        var size = Sizes[_random.Next(Sizes.Length)];
        var text = _random.Next(2) == 0;
        var payload = text ? RandomText(size) : RandomBytes(size);
        var at = 0;
        for (var left = _random.Next(4); left >= 0; left--)
        {
            var end = left == 0 ? payload.Length : _random.Next(at, payload.Length + 1);
            var opcode = at == 0 && _lastFinal ? (text ? Opcode.Text : Opcode.Binary) : Opcode.Continuation;
            Add(opcode, payload[at..end], final: left == 0);
            at = end;
            if (left > 0 && _random.Next(2) == 0)
                AddControl();
        }

        Expected.Add(Received.Of(text ? FrameReadStatus.Text : FrameReadStatus.Binary, payload));
    }

    private bool _lastFinal = true;

    private void Add(Opcode opcode, byte[] payload, bool final)
    {
        _bytes.Write(ClientFrames.Make(opcode, payload, final, RandomBytes(4)));
        _lastFinal = final;
    }

    private void AddControl()
    {
        var ping = _random.Next(2) == 0;
        var payload = RandomBytes(_random.Next(126));
        _bytes.Write(ClientFrames.Make(ping ? Opcode.Ping : Opcode.Pong, payload, key: RandomBytes(4)));
        Expected.Add(Received.Of(ping ? FrameReadStatus.Ping : FrameReadStatus.Pong, payload));
    }

    private byte[] RandomBytes(int size)
    {
        var bytes = new byte[size];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>UTF-8 of exactly that size, with characters of one to four bytes.</summary>
    private byte[] RandomText(int size)
    {
        string[] characters = ["a", "é", "€", "𐍈"];
        using var text = new MemoryStream();
        while (text.Length < size)
            text.Write(Encoding.UTF8.GetBytes(characters[_random.Next((int)Math.Min(4, size - text.Length))]));
        return text.ToArray();
    }
}
