using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Epoll;

/// <summary>The peer's end, with everything that can come in the same event: bytes, a half-close, a reset.</summary>
[Platform("Linux")]
public class EndTests
{
    public enum End
    {
        HalfClose,
        Reset,
        HalfCloseThenReset,
    }

    public enum Reader
    {
        Waits,
        ComesLater,
        IsAbsent,
    }

    [Test]
    public async Task The_server_learns_of_the_end_and_whoever_reads_gets_the_bytes_before_it(
        [Values(0, 3, 10_000)] int bytes, [Values] End end, [Values] Reader reader)
    {
        await using var link = await HeldLink.OpenAsync();
        var reading = reader is Reader.Waits ? TryReadAsync(link) : null;
        if (bytes > 0)
            link.Client.Send(Encoding.ASCII.GetBytes(new string('x', bytes)));
        Finish(link.Client, end);
        Assert.That(link.Server.ConnectionClosed.IsCancellationRequested, Is.False);
        link.Release();

        // nobody reads again: a request is served without
        var read = reading is null ? null : await reading;
        await Deadlines.Eventually(() => link.Server.ConnectionClosed.IsCancellationRequested);
        if (reader is Reader.IsAbsent)
            return;
        if (reader is Reader.ComesLater)
            read = await TryReadAsync(link);
        var received = 0L;
        while (read is { IsCompleted: false, Buffer: var buffer })
        {
            received += buffer.Length;
            link.Input.AdvanceTo(buffer.End);
            read = await TryReadAsync(link);
        }

        // behind a half-close a reset is nothing new
        Assert.That((received + (read?.Buffer.Length ?? 0), read is null), Is.EqualTo(((long)bytes, end is End.Reset)));
    }

    [Test]
    public async Task Bytes_without_an_end_are_no_end()
    {
        await using var link = await HeldLink.OpenAsync();
        var reading = link.Input.ReadAsync().AsTask();
        link.Client.Send("abc"u8.ToArray());
        link.Release();
        Assert.That(await reading.WithDeadline(), Has.Property("IsCompleted").False);
        Assert.That(link.Server.ConnectionClosed.IsCancellationRequested, Is.False);
    }

    private static void Finish(System.Net.Sockets.Socket client, End end)
    {
        if (end is not End.Reset)
            client.Shutdown(SocketShutdown.Send);
        if (end is End.HalfClose)
            return;
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
    }

    /// <summary>Null for a reset.</summary>
    private static async Task<ReadResult?> TryReadAsync(HeldLink link)
    {
        try
        {
            return await link.Input.ReadAsync().AsTask().WithDeadline();
        }
        catch (ConnectionResetException)
        {
            return null;
        }
    }
}
