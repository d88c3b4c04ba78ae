using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SocketIo.Fakes.Tests;

/// <summary>A socket that writes down what is done with it.</summary>
internal sealed class FakeSocket(string id, HttpContext? request = null, JsonElement auth = default) : Socket(id, null, request, auth)
{
    private readonly HashSet<string> _rooms = [id];

    public List<string> Emitted { get; } = [];

    public FakeChannel Others { get; } = new();

    public bool? ClosedWithConnection { get; private set; }

    /// <summary>The client's answers; without one it does not answer in time.</summary>
    public Dictionary<string, AckValues> Answers { get; } = [];

    public override IReadOnlyCollection<string> Rooms => _rooms;

    public override BroadcastOperator Broadcast => new(Others);

    public override ValueTask JoinAsync(params ReadOnlySpan<string> rooms)
    {
        foreach (var room in rooms)
            _rooms.Add(room);
        return ValueTask.CompletedTask;
    }

    public override ValueTask LeaveAsync(params ReadOnlySpan<string> rooms)
    {
        foreach (var room in rooms)
            _rooms.Remove(room);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisconnectAsync(bool close = false)
    {
        ClosedWithConnection = close;
        return ValueTask.CompletedTask;
    }

    protected override void EmitCore(string eventName, IReadOnlyList<object?> arguments, bool isVolatile) =>
        Emitted.Add($"{(isVolatile ? "volatile " : "")}{eventName}({string.Join(", ", arguments)})");

    protected override Task<AckValues> EmitWithAckCoreAsync(
        string eventName, IReadOnlyList<object?> arguments, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Answers.TryGetValue(eventName, out var answer)
            ? Task.FromResult(answer)
            : Task.FromException<AckValues>(new AckTimeoutException(eventName, timeout ?? TimeSpan.MaxValue));
}
