using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.MessagePack;
using SocketIo.Protocol;

namespace SocketIo.Benchmarks;

/// <summary>What does a packet cost from its bytes to its arguments, checked as packets from strangers must be?</summary>
[MemoryDiagnoser]
public class PacketDecodeBenchmark
{
    private static readonly JsonSerializerOptions Options = ArgumentOptions.CreateDefault();

    private static readonly PacketLimits Limits = new(10, 1000);

    private readonly JsonPacketParser _parser = new(Options);
    private readonly MessagePackPacketParser _messagePack = new(Options);
    private byte[] _packet = [];
    private byte[] _messagePackPacket = [];

    public enum Kind
    {
        Text,
        Move,
        Ack,

        /// <summary>20 KB of arguments, of which the handler reads the first, a number.</summary>
        LongUnread,
    }

    [ParamsAllValues]
    public Kind Packet { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _packet = Encoding.UTF8.GetBytes(Packet switch
        {
            Kind.Text => "2[\"chat message\",\"how are you today?\"]",
            Kind.Move => "2[\"move\",{\"x\":10,\"y\":-4.5,\"name\":\"ada\"}]",
            Kind.Ack => "317[42]",
            _ => $"2[\"move\",42{string.Concat(Enumerable.Repeat(",{\"x\":10,\"y\":-4.5,\"tags\":[\"a\",\"b\",null]}", 500))}]",
        });
        _messagePackPacket = ToMessagePack();
        var expected = Packet switch
        {
            Kind.Text => "chat message".Length + "how are you today?".Length,
            Kind.Move => "move".Length + 10 + "ada".Length,
            Kind.Ack => 42,
            _ => "move".Length + 42,
        };
        Check.Equal(expected, Document(), "the document's arguments");
        Check.Equal(expected, Parser(), "the parser's arguments");
        Check.Equal(expected, MessagePack(), "the MessagePack parser's arguments");
    }

    [Benchmark(Baseline = true)]
    public int Document()
    {
        using var document = JsonDocument.Parse(_packet.AsMemory(_packet.AsSpan().IndexOf((byte)'[')));
        var root = document.RootElement;
        if (Packet is Kind.Ack)
            return root[0].GetInt32();
        var name = root[0].GetString()!.Length;
        switch (Packet)
        {
            case Kind.Text:
                return name + root[1].GetString()!.Length;
            case Kind.Move:
                var move = root[1].Deserialize<Move>(Options)!;
                return name + move.X + move.Name.Length;
            default:
                return name + root[1].GetInt32();
        }
    }

    [Benchmark]
    public int Parser() => Decode(_parser, _packet);

    [Benchmark]
    public int MessagePack() => Decode(_messagePack, _messagePackPacket);

    private int Decode(PacketParser parser, ReadOnlySpan<byte> packet)
    {
        if (!parser.TryReadHeader(ref packet, Limits, out var header, out _))
            return -1;
        if (header.Type is PacketType.Ack)
            return parser.OpenAck(packet, header, []).Read<int>();
        var arguments = parser.OpenEvent(packet, header, []);
        var name = arguments.EventName;
        switch (Packet)
        {
            case Kind.Text:
                return name.Length + arguments.Read<string>()!.Length;
            case Kind.Move:
                var move = arguments.Read<Move>()!;
                return name.Length + move.X + move.Name.Length;
            default:
                return name.Length + arguments.Read<int>();
        }
    }

    // The same values in the other format.
    private byte[] ToMessagePack()
    {
        var json = JsonSerializer.Deserialize<object[]>(_packet.AsSpan(_packet.AsSpan().IndexOf((byte)'[')))!;
        var packet = new PacketBuffer();
        if (Packet is Kind.Ack)
            _messagePack.WriteAck(packet, "/", 17, EventArguments.Create(json));
        else
            _messagePack.WriteEvent(packet, "/", json[0].ToString()!, EventArguments.Create(json.AsSpan(1)), PacketHeader.NoId);
        return packet.Written.ToArray();
    }
}
