namespace SocketIo.Functional.Tests.Documentation;

/// <summary>What would go wrong at run time does not compile.</summary>
internal sealed class MisuseTests
{
    private static readonly (string Name, string Code, string Error)[] Cases =
    [
        ("async listener", "socket.OnAny(async e => await Task.Yield());", "CS0619"),
        ("listener with a task", "socket.PrependAnyOutgoing(e => Task.CompletedTask);", "CS0619"),
        ("async room listener", "io.OnRoomJoined(async (room, id) => await io.To(id).EmitAsync(room));", "CS0619"),
        ("async namespace listener", "io.OnNewNamespace(async made => await Task.Yield());", "CS0619"),
        ("no socket", """io.On("e", (int a) => a);""", "CS1661"),
        ("socket not first", """io.On("e", (int a, Socket socket) => a);""", "CS1593"),
        ("eight arguments", """io.On("e", (Socket s, int a, int b, int c, int d, int e, int f, int g, int h) => 1);""", "CS1593"),
        ("token of an emit", """socket.EmitAsync("e", CancellationToken.None);""", "WithCancellation"),
        ("token behind an argument", """io.To("a").EmitAsync("e", 1, CancellationToken.None);""", "WithCancellation"),
        ("token behind six arguments", """io.EmitAsync("e", 1, 2, 3, 4, 5, 6, app.Lifetime.ApplicationStopping);""", "WithCancellation"),
        ("token behind a list", """io.Volatile.EmitAsync("e", [1, "2"], CancellationToken.None);""", "WithCancellation"),
        ("named token", """io.EmitAsync("e", 1, cancellationToken: CancellationToken.None);""", "WithCancellation"),
        ("token of a fetched socket's emit", """(await io.FetchSocketsAsync())[0].EmitAsync("e", CancellationToken.None);""", "WithCancellation"),
        ("token of an ack", """await socket.EmitWithAckAsync<int>("e", CancellationToken.None);""", "WithCancellation"),
        ("token of an ack behind arguments", """await socket.EmitWithAckAsync<int>("e", 1, "2", CancellationToken.None);""", "WithCancellation"),
        ("token of an ack behind a list", """await socket.Volatile.EmitWithAckAsync<int>("e", [1], CancellationToken.None);""", "WithCancellation"),
        ("token of an ack without types", """await socket.EmitWithAckAsync("e", 1, 2, 3, 4, 5, 6, CancellationToken.None);""", "WithCancellation"),
        ("token of an ack of two values", """await socket.Timeout(TimeSpan.FromSeconds(1)).EmitWithAckAsync<int, int>("e", CancellationToken.None);""", "WithCancellation"),
        ("token of a broadcast's acks", """await io.To("a").EmitWithAckAsync<int>("e", 1, CancellationToken.None);""", "WithCancellation"),
        ("token of a broadcast's acks of three values", """await io.EmitWithAckAsync<int, int, int>("e", CancellationToken.None);""", "WithCancellation"),
        ("timeout of an emit", """socket.Timeout(TimeSpan.FromSeconds(1)).EmitAsync("e");""", "CS"),
        ("timeout of a broadcast", """io.Timeout(TimeSpan.FromSeconds(1)).To("a").EmitAsync("e", 1);""", "CS"),
        ("cancellation of an emit", """socket.WithCancellation(CancellationToken.None).EmitAsync("e", [1]);""", "CS"),
        ("timeout of a fetched socket's emit", """(await io.FetchSocketsAsync())[0].Timeout(TimeSpan.FromSeconds(1)).EmitAsync("e");""", "CS"),
        ("joining with a timeout", """io.Timeout(TimeSpan.FromSeconds(1)).SocketsJoinAsync("a");""", "CS"),
        ("middleware with another result", "io.Use(async socket => { await Task.Yield(); return true; });", "CS"),
    ];

    private static IEnumerable<TestCaseData> All => Cases.Select(static one => new TestCaseData(one.Code, one.Error).SetArgDisplayNames(one.Name));

    [TestCaseSource(nameof(All))]
    public void It_does_not_compile(string code, string error)
    {
        var errors = Snippet.ErrorsOf(code);
        Assert.That(errors, Has.Some.Contains(error));
    }
}
