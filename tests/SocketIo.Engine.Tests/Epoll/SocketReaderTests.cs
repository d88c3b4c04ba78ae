using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Epoll;

[Platform("Linux")]
public class SocketReaderTests
{
    [Test]
    public async Task What_was_examined_comes_again_only_with_more()
    {
        await using var link = await Link.OpenAsync();
        link.Send("ab");
        var read = await link.ReadAsync();
        Assert.That(Text(read), Is.EqualTo("ab"));
        link.Input.AdvanceTo(read.Buffer.GetPosition(1), read.Buffer.End);
        var next = link.Input.ReadAsync().AsTask();
        Assert.That(next.IsCompleted, Is.False);
        link.Send("c");
        Assert.That(Text(await next.WithDeadline()), Is.EqualTo("bc"));
    }

    [Test]
    public async Task Who_has_much_to_read_lets_others_come_first_now_and_then()
    {
        const int Size = 2 * 1024 * 1024;
        await using var link = await Link.OpenAsync();
        await link.Client.SendAsync(new byte[Size]).WithDeadline();
        var received = 0L;
        var pauses = 0;
        while (received < Size)
        {
            var reading = link.Input.ReadAsync();
            if (!reading.IsCompleted)
                pauses++;
            var read = await reading.AsTask().WithDeadline();
            received += read.Buffer.Length;
            link.Input.AdvanceTo(read.Buffer.End);
        }
        Assert.That(pauses, Is.Positive);
        Assert.That(received, Is.EqualTo(Size));
    }

    [Test]
    public async Task What_was_not_examined_comes_again_at_once()
    {
        await using var link = await Link.OpenAsync();
        link.Send("ab");
        var read = await link.ReadAsync();
        link.Input.AdvanceTo(read.Buffer.Start, read.Buffer.GetPosition(1));
        var next = link.Input.ReadAsync().AsTask();
        Assert.That(next.IsCompleted, Is.True);
        Assert.That(Text(await next), Is.EqualTo("ab"));
    }

    [Test]
    public async Task A_read_is_cancelled_before_it_begins_or_while_it_waits_and_only_that_one([Values] bool waits)
    {
        await using var link = await Link.OpenAsync();
        if (!waits)
            link.Input.CancelPendingRead();
        var reading = link.Input.ReadAsync().AsTask();
        if (waits)
            link.Input.CancelPendingRead();
        var read = await reading.WithDeadline();
        Assert.That((read.IsCanceled, read.IsCompleted, read.Buffer.Length), Is.EqualTo((true, false, 0L)));
        link.Input.AdvanceTo(read.Buffer.End);

        var next = link.Input.ReadAsync().AsTask();
        Assert.That(next.IsCompleted, Is.False);
        link.Send("a");
        var answer = await next.WithDeadline();
        Assert.That((answer.IsCanceled, Text(answer)), Is.EqualTo((false, "a")));
    }

    [Test]
    public async Task A_token_cancels_its_own_read_only_and_no_byte_is_lost()
    {
        await using var link = await Link.OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var reading = link.Input.ReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        Assert.That(async () => await reading.WithDeadline(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await link.ReadAsync(cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        link.Send("a");
        var read = await link.ReadAsync();
        Assert.That((read.IsCanceled, Text(read)), Is.EqualTo((false, "a")));
    }

    [Test]
    public async Task A_token_that_is_cancelled_as_the_bytes_come_does_not_reach_the_next_read()
    {
        await using var link = await Link.OpenAsync();
        for (var i = 0; i < 300; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var reading = link.Input.ReadAsync(cancellation.Token).AsTask();
            var cancelling = Task.Run(cancellation.Cancel);
            link.Send("a");
            try
            {
                Assert.That((await reading.WithDeadline()).IsCanceled, Is.False);
            }
            catch (OperationCanceledException)
            {
                // the token was first
            }
            await cancelling.WithDeadline();
            var read = await link.ReadAsync();
            Assert.That((read.IsCanceled, Text(read)), Is.EqualTo((false, "a")), $"round {i}");
            link.Input.AdvanceTo(read.Buffer.End);
        }
    }

    [Test]
    public async Task TryRead_finds_what_is_there_and_does_not_wait()
    {
        await using var link = await Link.OpenAsync();
        Assert.That(link.Input.TryRead(out _), Is.False);
        link.Send("a");
        ReadResult read = default;
        await Deadlines.Eventually(() => link.Input.TryRead(out read));
        Assert.That(Text(read), Is.EqualTo("a"));
        link.Input.AdvanceTo(read.Buffer.End);
        Assert.That(link.Input.TryRead(out _), Is.False);
    }

    [Test]
    public async Task The_end_comes_with_the_rest_and_again_with_each_further_read()
    {
        await using var link = await Link.OpenAsync();
        link.Send("ab");
        link.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var read = await link.ReadAsync();
        link.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        for (var i = 0; i < 2; i++)
        {
            read = await link.ReadAsync();
            link.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
        Assert.That((read.IsCompleted, Text(read)), Is.EqualTo((true, "ab")));
        await Deadlines.Eventually(() => link.Server.ConnectionClosed.IsCancellationRequested);
    }

    [Test]
    public async Task A_reset_fails_the_read_that_waits()
    {
        await using var link = await Link.OpenAsync();
        var reading = link.ReadAsync();
        link.Reset();
        Assert.That(async () => await reading, Throws.InstanceOf<ConnectionResetException>());
        await Deadlines.Eventually(() => link.Server.ConnectionClosed.IsCancellationRequested);
    }

    [Test]
    public async Task A_reset_is_told_of_while_nobody_reads_even_behind_bytes_that_nobody_has_read([Values] bool unread)
    {
        await using var link = await Link.OpenAsync();
        if (unread)
            link.Send("never read");
        link.Reset();
        await Deadlines.Eventually(() => link.Server.ConnectionClosed.IsCancellationRequested);
    }

    [Test]
    public async Task An_abort_ends_the_read_that_waits()
    {
        await using var link = await Link.OpenAsync();
        var reading = link.ReadAsync();
        link.Server.Abort(new ConnectionAbortedException());
        Assert.That((await reading).IsCompleted, Is.True);
    }

    [Test]
    public async Task Who_consumes_nothing_gets_it_all_in_one_piece()
    {
        await using var link = await Link.OpenAsync();
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        var sending = link.Client.SendAsync(bytes).WithDeadline();
        ReadResult read;
        while ((read = await link.ReadAsync()).Buffer.Length < bytes.Length)
            link.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.That(read.Buffer.ToArray().AsSpan().SequenceEqual(bytes), Is.True);
        await sending;
    }

    [Test]
    public async Task Whatever_is_consumed_and_examined_each_byte_comes_once_and_in_order([Range(1, 8)] int seed)
    {
        await using var link = await Link.OpenAsync();
        var random = new Random(seed);
        var bytes = new byte[200_000];
        random.NextBytes(bytes);
        var sending = SendInChunksAsync(link, bytes, new Random(-seed));
        var at = 0;
        while (true)
        {
            var read = await link.ReadAsync();
            var length = (int)read.Buffer.Length;
            Assert.That(read.Buffer.ToArray().AsSpan().SequenceEqual(bytes.AsSpan(at, length)), Is.True, $"seed {seed} at {at}");
            if (read.IsCompleted && at + length == bytes.Length)
                break;

            // mostly all, as readers do; else it would last
            var consumed = random.Next(4) == 0 ? random.Next(length + 1) : length;
            var examined = random.Next(4) == 0 ? random.Next(consumed, length + 1) : length;
            link.Input.AdvanceTo(read.Buffer.GetPosition(consumed), read.Buffer.GetPosition(examined));
            at += consumed;
        }
        await sending;
    }

    private static async Task SendInChunksAsync(Link link, byte[] bytes, Random random)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - sent, random.Next(4) == 0 ? random.Next(1, 20_000) : random.Next(1, 100));
            sent += await link.Client.SendAsync(bytes.AsMemory(sent, length)).AsTask().WithDeadline();
        }
        link.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
    }

    private static string Text(ReadResult read) => Encoding.ASCII.GetString(read.Buffer);
}
