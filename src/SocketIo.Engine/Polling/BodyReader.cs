using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SocketIo.Engine.Polling;

/// <summary>Reads the body of a request into a rented array that grows with what has come.</summary>
/// <param name="context">The request.</param>
/// <param name="limit">The most bytes that are taken.</param>
internal sealed class BodyReader(HttpContext context, int limit) : IDisposable
{
    private const int FirstSize = 4096;

    // locks itself: a request whose body was read is answered, or another client's by now
    private bool _isOver;
    private bool _hasRest;

    /// <summary>The bytes; valid until <see cref="Dispose"/>.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>How many have come.</summary>
    public int Length { get; private set; }

    /// <summary>Reads the whole body; false when it is larger than the limit, which is found out as soon as possible.</summary>
    /// <exception cref="IOException">The connection ended before the last byte.</exception>
    /// <exception cref="BadHttpRequestException">The same, or the body breaks a rule of HTTP.</exception>
    /// <exception cref="OperationCanceledException">The request was aborted.</exception>
    public async Task<bool> TryReadAsync()
    {
        if (context.Request.ContentLength > limit)
            return false;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = null;
        try
        {
            while (Length <= limit)
            {
                MakeRoom();
                var read = await ReadSomeAsync().ConfigureAwait(false);
                if (read == 0)
                    return true;
                Length += read;
            }
            return false;
        }
        finally
        {
            lock (this)
                _isOver = true;
        }
    }

    /// <summary>Ends the request, unless the body was read.</summary>
    public void Abort()
    {
        lock (this)
        {
            if (!_isOver)
                context.Abort();
        }
    }

    public void Dispose()
    {
        if (Bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(Bytes);
        Bytes = [];
    }

    private async ValueTask<int> ReadSomeAsync()
    {
        if (_hasRest)
            return 0;
        try
        {
            // without RequestAborted: a client may hang up behind its last byte, and what arrived whole is handled
            return await context.Request.Body.ReadAsync(Bytes.AsMemory(Length), CancellationToken.None).ConfigureAwait(false);
        }
        catch (BadHttpRequestException)
        {
            if (KestrelBody.FindRest(context, Length) is not { } rest)
                throw;
            return Take(rest);
        }
    }

    private int Take(byte[] rest)
    {
        while (Bytes.Length - Length < rest.Length)
            Grow();
        rest.CopyTo(Bytes, Length);
        _hasRest = true;
        return rest.Length;
    }

    private void MakeRoom()
    {
        if (Length == Bytes.Length)
            Grow();
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Bytes.Length * 2, FirstSize));
        Bytes.AsSpan(0, Length).CopyTo(larger);
        Dispose();
        Bytes = larger;
    }
}
