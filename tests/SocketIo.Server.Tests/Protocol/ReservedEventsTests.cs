using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public class ReservedEventsTests
{
    [TestCase("connect")]
    [TestCase("connect_error")]
    [TestCase("disconnect")]
    [TestCase("disconnecting")]
    [TestCase("newListener")]
    [TestCase("removeListener")]
    public void A_reserved_name_is_refused_with_the_reason(string eventName)
    {
        var error = Assert.Throws<ArgumentException>(() => ReservedEvents.ThrowIfReserved(eventName));
        Assert.That(error!.ParamName, Is.EqualTo("eventName"));
        Assert.That(error.Message, Does.StartWith($"The event name '{eventName}' is reserved: "));
        Assert.That(ReservedEvents.Contains(Wire.Bytes(eventName)), Is.True);
        Assert.That(eventName, Has.Length.LessThanOrEqualTo(ReservedEvents.MaxLength));
    }

    [TestCase("")]
    [TestCase("connection")]
    [TestCase("Connect")]
    [TestCase("message")]
    public void Any_other_name_may_be_used(string eventName)
    {
        Assert.DoesNotThrow(() => ReservedEvents.ThrowIfReserved(eventName));
        Assert.That(ReservedEvents.Contains(Wire.Bytes(eventName)), Is.False);
    }

    [Test]
    public void No_name_is_an_argument_null_exception()
    {
        string name = null!;
        Assert.That(
            Assert.Throws<ArgumentNullException>(() => ReservedEvents.ThrowIfReserved(name))!.ParamName, Is.EqualTo("name"));
    }
}
