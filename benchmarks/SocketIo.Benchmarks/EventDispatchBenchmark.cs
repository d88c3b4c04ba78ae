using System.Text.Json;
using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Engine;

namespace SocketIo.Benchmarks;

/// <summary>What does an event cost from its unmasked bytes to a handler that has ended, and to its acknowledgement?</summary>
[MemoryDiagnoser]
public class EventDispatchBenchmark : IDisposable
{
    private static readonly byte[] Number = "2[\"number\",42]"u8.ToArray();
    private static readonly byte[] Text = "2[\"text\",\"how are you today?\"]"u8.ToArray();
    private static readonly byte[] Question = "217[\"question\",42]"u8.ToArray();

    private readonly NullServer _server = new();
    private readonly Dictionary<string, Action<JsonElement>> _handlers = new(StringComparer.Ordinal);
    private Socket _socket = null!;
    private int _handled;

    /// <summary>How many events have a handler. The last is adverse: they are found one after the other, the measured ones last.</summary>
    [Params(4, 100)]
    public int Events { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 3; i < Events; i++)
        {
            _server.Io.On($"other{i}", static (Socket _, int _) => { });
            _handlers.Add($"other{i}", static _ => { });
        }
        _handlers.Add("number", arguments => _handled += arguments[1].GetInt32());
        _server.Io.On("number", (Socket _, int number) => { _handled += number; });
        _server.Io.On("text", (Socket _, string text) => { _handled += text.Length; });
        _server.Io.On("question", (Socket _, int number) => _handled += number);
        _socket = _server.Connect();
        AssertHandles(42, DocumentAndDictionary, "the dictionary's handler");
        AssertHandles(42, OneNumber, "the handler of a number");
        AssertHandles("how are you today?".Length, OneString, "the handler of a string");
        AssertHandles(42, OneNumberWithAck, "the handler with a result");
    }

    /// <summary>The same for a number: a document, the name as a string, an untyped handler.</summary>
    [Benchmark(Baseline = true)]
    public void DocumentAndDictionary()
    {
        ReadOnlySpan<byte> packet = Number;
        if (!_server.Io.Parser.TryReadHeader(ref packet, _server.Io.Limits, out var header, out var error))
            throw new InvalidOperationException(error);
        using var document = JsonDocument.Parse(Number.AsMemory(header.PayloadStart));
        var arguments = document.RootElement;
        if (_handlers.TryGetValue(arguments[0].GetString()!, out var handler))
            handler(arguments);
    }

    [Benchmark]
    public void OneNumber() => Receive(Number);

    [Benchmark]
    public void OneString() => Receive(Text);

    [Benchmark]
    public void OneNumberWithAck() => Receive(Question);

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Receive(byte[] packet)
    {
        if (!_socket.Client.OnMessageAsync(_socket.Connection, new EngineMessage(packet, isBinary: false)).IsCompletedSuccessfully)
            throw new InvalidOperationException("The event was not handled at once.");
    }

    private void AssertHandles(int expected, Action benchmark, string what)
    {
        _handled = 0;
        benchmark();
        Check.Equal(expected, _handled, what);
    }
}
