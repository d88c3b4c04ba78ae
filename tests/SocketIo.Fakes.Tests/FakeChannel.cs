namespace SocketIo.Fakes.Tests;

/// <summary>Writes down what is broadcast, and is what a broadcast starts from.</summary>
internal sealed class FakeChannel : BroadcastChannel, IBroadcaster
{
    public List<string> Log { get; } = [];

    public AckResults<AckValues> Answers { get; set; } = new([], []);

    public BroadcastOperator Broadcast => new(this);

    protected override void Emit(BroadcastRecipients recipients, string eventName, IReadOnlyList<object?> arguments) =>
        Log.Add($"{Describe(recipients)}: {eventName}({string.Join(", ", arguments)})");

    protected override Task<AckResults<AckValues>> EmitWithAckAsync(
        BroadcastRecipients recipients, string eventName, IReadOnlyList<object?> arguments, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        Log.Add($"{Describe(recipients)} within {timeout?.TotalSeconds} s: {eventName}({string.Join(", ", arguments)})");
        return Task.FromResult(Answers);
    }

    protected override ValueTask DisconnectAsync(BroadcastRecipients recipients, bool close)
    {
        Log.Add($"{Describe(recipients)}: disconnect");
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<IReadOnlyList<RemoteSocket>> FetchAsync(BroadcastRecipients recipients, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<RemoteSocket>>(
            [new RemoteSocket(Broadcast.To("cook-1"), "cook-1", new Handshake(new Microsoft.AspNetCore.Http.DefaultHttpContext()), ["kitchen"], new Dictionary<string, object?>())]);

    private static string Describe(BroadcastRecipients recipients) =>
        $"{(recipients.IsVolatile ? "volatile " : "")}{(recipients.IsLocal ? "local " : "")}{(recipients.IsCompressible ? "" : "as it is ")}"
        + $"to {(recipients.Rooms.Count == 0 ? "all" : string.Join("+", recipients.Rooms))}{string.Concat(recipients.Except.Select(static room => " except " + room))}";
}
