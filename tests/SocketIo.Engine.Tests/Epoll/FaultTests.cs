using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Epoll;

using Socket = System.Net.Sockets.Socket;

/// <summary>What one connection's code throws ends that connection and nothing else.</summary>
[Platform("Linux")]
public class FaultTests
{
    private const string Logged = "A callback of a connection threw; the connection is closed.";

    [Test]
    public async Task A_callback_of_a_read_that_throws_closes_its_connection_and_the_poller_lives_on()
    {
        var log = new LogSink();
        await using var link = await Link.OpenAsync(log);
#pragma warning disable CA2012 // an await would catch what its continuation throws
        link.Input.ReadAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => throw new InvalidOperationException("of a read"));
#pragma warning restore CA2012
        link.Send("a");
        Assert.That(await link.Client.ReceiveAsync(new byte[1]).WithDeadline(), Is.Zero);
        Assert.That(log.Entries.Select(entry => (entry.Message, entry.Exception?.Message)), Is.EqualTo(new[] { (Logged, "of a read") }));

        // by the same thread
        using var another = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await another.ConnectAsync(link.EndPoint).WithDeadline();
        var accepted = await link.AcceptAsync();
        var next = accepted.Transport.Input.ReadAsync().AsTask();
        another.Send("b"u8);
        Assert.That((await next.WithDeadline()).Buffer.Length, Is.EqualTo(1));
        await accepted.DisposeAsync().AsTask().WithDeadline();
    }

    [Test]
    public async Task A_callback_of_the_connections_end_that_throws_is_logged()
    {
        var log = new LogSink();
        await using var link = await Link.OpenAsync(log);
        using var registration = link.Server.ConnectionClosed.UnsafeRegister(static _ => throw new InvalidOperationException("of the end"), null);
        link.Client.Shutdown(SocketShutdown.Send);
        await Deadlines.Eventually(() => log.Entries.Count > 0);
        Assert.That(log.Entries.Select(entry => entry.Message), Is.EqualTo(new[] { Logged }));
    }

    [Test]
    public async Task A_connection_that_fails_as_it_begins_is_closed_and_the_next_accept_goes_on_though_the_logger_throws()
    {
        using var throwing = new ThrowingLog();
        var transport = Link.CreateTransport(throwing);
        var listener = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));

        // nothing can be watched once the poller's thread has ended
        transport.Dispose();
        var accepting = Task.FromResult<ConnectionContext?>(null);
        while (throwing.Lines == 0)
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(listener.EndPoint).WithDeadline();
            accepting = listener.AcceptAsync().AsTask();
            if (accepting.IsCompleted && await accepting is { } early)
                await early.DisposeAsync().AsTask().WithDeadline();
            Assert.That(await client.ReceiveAsync(new byte[1]).WithDeadline(), Is.Zero);
        }
        Assert.That(accepting.IsCompleted, Is.False);
        await listener.UnbindAsync();
        Assert.That(await accepting.WithDeadline(), Is.Null);
    }
}
