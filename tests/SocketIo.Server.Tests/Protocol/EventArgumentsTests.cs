using SocketIo.Engine.Frames;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public class EventArgumentsTests
{
    [Test]
    public async Task A_collection_expression_gives_one_argument_per_element()
    {
        var frame = await EmitAsync("hello", [1, "2", new { three = "4" }, new byte[] { 5 }]);
        Assert.That(
            Wire.Messages(frame),
            Is.EqualTo(new[] { "451-[\"hello\",1,\"2\",{\"three\":\"4\"},{\"_placeholder\":true,\"num\":0}]", "#05" }));
    }

    [Test]
    public async Task An_array_stays_one_argument()
    {
        var names = new[] { "ann", "bob" };
        Assert.That(Wire.Messages(await EmitAsync("names", names)), Is.EqualTo(new[] { "42[\"names\",[\"ann\",\"bob\"]]" }));
        Assert.That(Wire.Messages(await EmitAsync("names", [names])), Is.EqualTo(new[] { "42[\"names\",[\"ann\",\"bob\"]]" }));
    }

    [Test]
    public async Task An_empty_collection_expression_gives_no_arguments() =>
        Assert.That(Wire.Messages(await EmitAsync("none", [])), Is.EqualTo(new[] { "42[\"none\"]" }));

    [Test]
    public void The_arguments_can_be_enumerated_and_copied()
    {
        EventArguments arguments = [1, null, "x"];
        Assert.That(arguments.Count, Is.EqualTo(3));
        Assert.That(arguments.ToArray(), Is.EqualTo(new object?[] { 1, null, "x" }));
        var seen = 0;
        foreach (var argument in arguments)
            Assert.That(argument, Is.EqualTo(arguments.ToArray()[seen++]));
        Assert.That(seen, Is.EqualTo(3));
    }

    [Test]
    public void Every_list_of_arguments_tells_its_count_and_values()
    {
        AssertList(new Args0());
        AssertList(new Args<int>(1), 1);
        AssertList(new Args<int, string>(1, "b"), 1, "b");
        AssertList(new Args<int, string, bool?>(1, "b", null), 1, "b", null);
    }

    private static void AssertList<TArgs>(TArgs args, params object?[] values)
        where TArgs : struct, IEventArguments
    {
        Assert.That(args.Count, Is.EqualTo(values.Length));
        Assert.That(args.ToArray(), Is.EqualTo(values));
        Assert.That(
            Wire.Messages(Wire.Encoder.WriteAck("/", 1, args))[0],
            Is.EqualTo("431" + System.Text.Json.JsonSerializer.Serialize(values)));
    }

    // The overloads of the public API.
    private static ValueTask<Frame> EmitAsync(string eventName, EventArguments args) =>
        ValueTask.FromResult(Wire.Encoder.WriteEvent("/", eventName, args, PacketHeader.NoId));

    private static ValueTask<Frame> EmitAsync<T>(string eventName, T arg) =>
        ValueTask.FromResult(Wire.Encoder.WriteEvent("/", eventName, new Args<T>(arg), PacketHeader.NoId));
}
