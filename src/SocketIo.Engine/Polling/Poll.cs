using System.Buffers;

namespace SocketIo.Engine.Polling;

/// <summary>A parked GET: completes with the payload that answers it.</summary>
internal sealed class Poll
{
    private readonly TaskCompletionSource<ArrayBufferWriter<byte>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ArrayBufferWriter<byte>> Answer => _answer.Task;

    /// <summary>Whether no packet of the answer may make it compressed; set before the answer, by who completes the poll.</summary>
    public bool IsUncompressed { get; set; }

    public void Complete(ArrayBufferWriter<byte> payload) => _answer.TrySetResult(payload);
}
