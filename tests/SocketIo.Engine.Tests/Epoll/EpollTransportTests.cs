using System.Net;
using Microsoft.AspNetCore.Connections;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Epoll;

[Platform("Linux")]
public class EpollTransportTests
{
    [Test]
    public async Task An_address_in_use_is_reported_as_the_server_expects_it()
    {
        using var transport = Link.CreateTransport();
        var listener = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.That(async () => await transport.BindAsync(listener.EndPoint), Throws.InstanceOf<AddressInUseException>());
        await listener.DisposeAsync().AsTask().WithDeadline();
        await (await transport.BindAsync(listener.EndPoint)).DisposeAsync().AsTask().WithDeadline();
    }

    [Test]
    public async Task An_unbound_listener_ends_the_accept_that_waits()
    {
        using var transport = Link.CreateTransport();
        var listener = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var accepting = listener.AcceptAsync().AsTask();
        await listener.UnbindAsync();
        Assert.That(await accepting.WithDeadline(), Is.Null);
        await listener.DisposeAsync().AsTask().WithDeadline();
    }
}
