using SocketIo.MessagePack;
using SocketIo.Protocol;
using SocketIo.TestKit;

namespace SocketIo.Parsers.Tests;

/// <summary>What a handler that takes its arguments by itself costs: a loop over them is the client's to choose the length of.</summary>
[TestFixture("json")]
[TestFixture("msgpack")]
public sealed class ArgumentCostTests(string format)
{
    private const int Arguments = 900;

    [Test]
    public Task A_loop_over_the_arguments_takes_a_step_or_two_for_each() => AssertLinear(received =>
    {
        var sum = 0L;
        for (var i = 0; i < received.Count; i++)
            sum += received.Get<int>(i);
        return sum;
    });

    [Test]
    public Task So_does_one_from_behind() => AssertLinear(received =>
    {
        var sum = 0L;
        for (var i = Arguments - 1; i >= 0; i--)
            sum += received.Get<int>(i);
        return sum;
    });

    [Test]
    public Task So_does_one_until_there_are_no_more() => AssertLinear(received =>
    {
        var sum = 0L;
        for (var i = 0; received.Get<int?>(i) is { } number; i++)
            sum += number;
        return sum;
    });

    [Test]
    public async Task The_first_argument_and_the_name_take_no_walk()
    {
        var parser = Parser();
        await using var server = await StartAsync(parser, received => received.Get<int>(0) + received.Name.Length);
        Assert.That(await SumAsync(server), Is.EqualTo(3));
        Assert.That(parser.Steps, Is.EqualTo(1));
    }

    private async Task AssertLinear(Func<IncomingEvent, long> sum)
    {
        var parser = Parser();
        await using var server = await StartAsync(parser, sum);
        Assert.That(await SumAsync(server), Is.EqualTo(Arguments * (Arguments - 1L) / 2));
        Assert.That(parser.Steps, Is.LessThanOrEqualTo(2 * Arguments));
    }

    private async Task<long> SumAsync(TestServer server)
    {
        var (client, _) = await StockClients.ConnectAsync(server, format, "websocket");
        var reply = await client.EmitWithAckAsync("sum", [.. Enumerable.Range(0, Arguments).Cast<object?>()]);
        return reply.Single().GetInt64();
    }

    private static Task<TestServer> StartAsync(CountingParser parser, Func<IncomingEvent, long> sum) => TestServer.StartSocketIoAsync(
        io => io.On("sum", (Socket _, IncomingEvent received) => Task.FromResult(sum(received))),
        options => options.Parser = parser);

    private CountingParser Parser()
    {
        var options = new SocketIoOptions().Json;
        return new CountingParser(format == "json" ? new JsonPacketParser(options) : new MessagePackPacketParser(options));
    }
}
