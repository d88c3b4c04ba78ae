using System.Text.Json;
using System.Text.Json.Serialization;
using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Engine.Frames;
using SocketIo.MessagePack;
using SocketIo.Protocol;

namespace SocketIo.Benchmarks;

/// <summary>What does an event cost from its arguments to a frame that is ready to be sent?</summary>
[MemoryDiagnoser]
public class PacketEncodeBenchmark
{
    private static readonly JsonSerializerOptions Options = ArgumentOptions.CreateDefault();
    private static readonly Move TheMove = new(10, -4.5, "ada");
    private static readonly byte[] Data = new byte[1024];

    private readonly JsonPacketParser _parser = new(Options);
    private readonly MessagePackPacketParser _messagePack = new(Options);
    private readonly PacketEncoder _encoder;
    private readonly PacketEncoder _messagePackEncoder;

    public PacketEncodeBenchmark()
    {
        _encoder = new PacketEncoder(_parser);
        _messagePackEncoder = new PacketEncoder(_messagePack);
    }

    public enum Kind
    {
        Text,
        Move,

        /// <summary>1 KB.</summary>
        Binary,

        /// <summary>A string of 100,000 characters, larger than the buffer that a thread keeps.</summary>
        LongText,
    }

    [ParamsAllValues]
    public Kind Argument { get; set; }

    private string Text { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        Text = Argument is Kind.LongText ? new string('é', 100_000) : "how are you today?";
        Check.Same(Concatenate(), Encode(_encoder).Span, "the frame");
        Check.Equal(ArgumentOf(Packet(Encode(_encoder)), _parser), ArgumentOf(Packet(Encode(_messagePackEncoder)), _messagePack), "the argument");
    }

    [Benchmark(Baseline = true)]
    public int Concatenated() => Concatenate().Length;

    [Benchmark]
    public int Parser() => Encode(_encoder).Length;

    [Benchmark]
    public int MessagePack() => Encode(_messagePackEncoder).Length;

    private Frame Encode(PacketEncoder encoder) => Argument switch
    {
        Kind.Move => encoder.WriteEvent("/", "news", new Args<Move>(TheMove), PacketHeader.NoId),
        Kind.Binary => encoder.WriteEvent("/", "news", new Args<byte[]>(Data), PacketHeader.NoId),
        _ => encoder.WriteEvent("/", "news", new Args<string>(Text), PacketHeader.NoId),
    };

    // Of a binary argument nothing: the attachment is not in the packet.
    private string ArgumentOf(byte[] packet, PacketParser parser)
    {
        if (Argument is Kind.Binary)
            return "";
        ReadOnlySpan<byte> span = packet;
        if (!parser.TryReadHeader(ref span, new PacketLimits(1, 1000), out var header, out var error))
            return error!;
        return parser.OpenEvent(span, header, []).Read<JsonElement>().ToString();
    }

    private static byte[] Packet(Frame frame)
    {
        var rest = frame.Span;
        var message = FrameWriter.Next(ref rest, out var opcode);
        return (opcode is Opcode.Text ? message[1..] : message).ToArray();
    }

    private byte[] Concatenate()
    {
        switch (Argument)
        {
            case Kind.Move:
                return Framed([.. "42"u8, .. JsonSerializer.SerializeToUtf8Bytes<object?[]>(["news", TheMove], Options)]);
            case Kind.Binary:
                var json = JsonSerializer.SerializeToUtf8Bytes<object?[]>(["news", new Placeholder(true, 0)], Options);
                return [.. Framed([.. "451-"u8, .. json]), .. Frame.Of(Opcode.Binary, Data).Span];
            default:
                return Framed([.. "42"u8, .. JsonSerializer.SerializeToUtf8Bytes<object?[]>(["news", Text], Options)]);
        }
    }

    private static byte[] Framed(byte[] packet)
    {
        var frame = new byte[FrameWriter.HeaderSize(packet.Length) + packet.Length];
        packet.CopyTo(frame, FrameWriter.WriteHeader(frame, Opcode.Text, packet.Length));
        return frame;
    }

    private sealed record Placeholder([property: JsonPropertyName("_placeholder")] bool IsPlaceholder, int Num);
}
