using SocketIo.Engine;
using SocketIo.Functional.Tests.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Epoll;

/// <summary>The end of connections that the server does not know any more.</summary>
[Platform("Linux")]
public class StoppingTests
{
    [Test]
    public async Task The_host_stops_when_its_WebSockets_have_got_what_was_queued_for_them()
    {
        const int Messages = 50;
        await using var host = await EpollServer.StartAsync();
        using var client = await RawWebSocket.OpenAsync(host.Address, receiveBuffer: 4096);
        var large = new string('x', 10_000);
        for (var i = 0; i < Messages; i++)
            host.Session(client.Sid).Send($"{i} {large}");
        var stopping = host.StopAsync();
        for (var i = 0; i < Messages; i++)
            Assert.That((await client.ReadAsync()).Text, Is.EqualTo($"4{i} {large}"));
        Assert.That((await client.ReadAsync()).ToString(), Is.EqualTo("close 1001 server shutting down"));
        Assert.That(stopping.IsCompleted, Is.False, "the client has not answered the close frame");
        await client.WriteRawAsync(RawWebSocket.CloseFrame(1001));
        await stopping.WithDeadline();
        Assert.That((await client.ReadToEndAsync()).WasReset, Is.False);
    }

    [Test]
    public async Task Neither_WebSockets_nor_requests_nor_hosts_leave_descriptors_behind()
    {
        // what the process opens once is open then
        await ServeAsync();
        var before = Descriptors();
        for (var i = 0; i < 5; i++)
            await ServeAsync();
        await Deadlines.Eventually(() => Descriptors() <= before);
    }

    [TestCase(0, 512, nameof(EpollOptions.Threads))]
    [TestCase(1025, 512, nameof(EpollOptions.Threads))]
    [TestCase(1, 0, nameof(EpollOptions.Backlog))]
    public void An_option_that_cannot_work_is_named_at_start(int threads, int backlog, string option) =>
        Assert.That(
            () => EngineHost.StartAsync(build: builder => builder.WebHost.UseEpoll(options =>
            {
                options.Threads = threads;
                options.Backlog = backlog;
            })),
            Throws.Exception.With.Message.Contains(option));

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static async Task ServeAsync()
    {
        await using var host = await EpollServer.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            using var closing = await RawWebSocket.OpenAsync(host.Address);
            await closing.SendAsync("4on");
            Assert.That((await closing.ReadAsync()).Text, Is.EqualTo("4on"));
            await closing.WriteRawAsync(RawWebSocket.CloseFrame(1000));
            using var leaving = await RawWebSocket.OpenAsync(host.Address);
            leaving.Reset();
            using var http = new HttpClient { BaseAddress = host.Address };
            using var response = await http.GetAsync(new Uri("/nothing", UriKind.Relative));
        }
        await host.HasNoSessions();
    }
}
