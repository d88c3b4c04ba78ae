using System.Buffers.Binary;

namespace SocketIo.Redis.Benchmarks;

/// <summary>Counts messages and looks at their numbers.</summary>
internal sealed class Counting
{
    private const int Size = 100;
    private TaskCompletionSource _done = new();
    private int _missing;
    private int _lastSent;
    private int _lastReceived;

    public bool IsInOrder { get; private set; } = true;

    public Task ExpectAsync(int count)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _missing, count);
        return _done.Task;
    }

    public byte[] Next()
    {
        var message = new byte[Size];
        BinaryPrimitives.WriteInt32LittleEndian(message, ++_lastSent);
        return message;
    }

    public void Receive(ReadOnlySpan<byte> message)
    {
        var number = BinaryPrimitives.ReadInt32LittleEndian(message);
        IsInOrder &= number == _lastReceived + 1;
        _lastReceived = number;
        if (Interlocked.Decrement(ref _missing) == 0)
            _done.SetResult();
    }
}
