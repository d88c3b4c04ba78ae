using SocketIo.Engine.Sessions;

namespace SocketIo.Server.Tests.Protocol;

public class FrameBuilderTests
{
    [Test]
    public void Text_and_numbers_follow_one_another()
    {
        var builder = FrameBuilder.Rent();
        builder.Append("größe😀");
        builder.AppendNumber(0);
        builder.AppendNumber(long.MinValue);
        Assert.That(Wire.Messages(builder.Build()), Is.EqualTo(new[] { "4größe😀0-9223372036854775808" }));
    }

    [Test]
    public void An_insertion_keeps_text_of_any_length()
    {
        for (var length = 0; length < 1100; length++)
        {
            var text = new string('x', length);
            var builder = FrameBuilder.Rent();
            foreach (var character in text)
                builder.Append((byte)character);
            builder.Insert(1, "12-"u8);
            Assert.That(Wire.Messages(builder.Build()), Is.EqualTo(new[] { "412-" + text }));
        }
    }
}
