using System.Globalization;
using SocketIo.LoadTest.Load;

namespace SocketIo.LoadTest;

/// <summary>One thing that is measured.</summary>
/// <param name="Scenario">What happens.</param>
/// <param name="Clients">How many connections there are.</param>
/// <param name="InFlight">Messages on their way at once; for echo, of each client.</param>
/// <param name="RoomSize">How many clients share a room.</param>
internal sealed record Case(Scenario Scenario, int Clients, int InFlight, int RoomSize = 10)
{
    public string Name => Scenario switch
    {
        Scenario.Fanout or Scenario.Echo => string.Create(CultureInfo.InvariantCulture, $"{Kind}-{InFlight}"),
        Scenario.Rooms => string.Create(CultureInfo.InvariantCulture, $"{Kind}-{RoomSize}"),
        _ => Kind,
    };

    /// <summary>The scenario as the command line says it.</summary>
    public string Kind => Scenario.ToString().ToLowerInvariant();

    public int Rooms => Scenario is Scenario.Rooms ? Math.Max(1, Clients / RoomSize) : 1;

    /// <summary>How many messages go out per second; 0 where the next one waits for those before it.</summary>
    public int PerSecond => IsPaced || Scenario is Scenario.Beside ? 100 : 0;

    /// <summary>The clients, and the one that does not read.</summary>
    public int Connections => Clients + (HasStalled ? 1 : 0);

    /// <summary>Whether one client stops to read; it is the last.</summary>
    public bool HasStalled => Scenario is Scenario.Stalled;

    public bool IsMemory => Scenario is Scenario.Idle;

    /// <summary>Whether each run has a server of its own.</summary>
    public bool IsFresh => Scenario is Scenario.Idle or Scenario.Return;

    /// <summary>Whether messages go out by the clock, so that the latency is what counts.</summary>
    public bool IsPaced => Scenario is Scenario.Latency or Scenario.Stalled;

    /// <summary>Whether messages are exchanged, so that there is a latency.</summary>
    public bool HasMessages => Scenario is not (Scenario.Idle or Scenario.Connect or Scenario.Return);

    public string Title => Scenario switch
    {
        Scenario.Fanout => $"Fan-out to {Clients:N0}, {InFlight} in flight",
        Scenario.Echo => $"Echo with ack, {Clients:N0} clients, {InFlight} outstanding",
        Scenario.Rooms => $"{Rooms:N0} rooms of {RoomSize}, {Clients:N0} clients",
        Scenario.Latency => $"Latency, {Clients:N0} receivers, {PerSecond} broadcasts a second",
        Scenario.Stalled => $"The same beside a client that does not read",
        Scenario.Idle => $"Idle memory, {Clients:N0} clients",
        Scenario.Beside => $"Beside topics, {Clients:N0} receivers, {PerSecond} broadcasts a second",
        Scenario.Return => $"{Clients:N0} subscribers come back to {ReturnWorkload.Missed} missed events each",
        _ => $"Connect, {Clients:N0} clients",
    };

    /// <summary>What the measured figure is of.</summary>
    public string Unit => Scenario switch
    {
        Scenario.Fanout or Scenario.Rooms or Scenario.Beside => "CPU µs per delivery",
        Scenario.Echo => "CPU µs per round trip",
        Scenario.Latency or Scenario.Stalled => "ms, 99th percentile",
        Scenario.Idle => "bytes per connection",
        Scenario.Return => "s until all have all",
        _ => "CPU µs per connect",
    };

    /// <param name="clients">How many connections, one case for each; null for those that each scenario has of its own.</param>
    /// <param name="isQuick">Whether those are few.</param>
    public static IReadOnlyList<Case> All(int[]? clients, bool isQuick)
    {
        // one message to few and to many: what a receiver costs must not depend on how many there are; 2,000 is what rooms have
        int[] fanout = clients ?? (isQuick ? [300] : [100, 1000, 2000, 5000]);
        int[] usual = clients ?? [isQuick ? 300 : 1000];
        int[] rooms = clients ?? [isQuick ? 500 : 2000];
        return
        [
            .. fanout.Select(static count => new Case(Scenario.Fanout, count, 1)),
            .. usual.Select(static count => new Case(Scenario.Fanout, count, 16)),
            .. usual.Select(static count => new Case(Scenario.Echo, count, 1)),
            .. usual.Select(static count => new Case(Scenario.Echo, count, 8)),
            .. rooms.Select(static count => new Case(Scenario.Rooms, count, 16, 10)),
            .. rooms.Select(static count => new Case(Scenario.Rooms, count, 16, 100)),
            .. usual.Select(static count => new Case(Scenario.Latency, count, 0)),
            .. usual.Select(static count => new Case(Scenario.Stalled, count, 0)),
            .. (clients ?? [isQuick ? 1000 : 5000]).Select(static count => new Case(Scenario.Idle, count, 0)),
            .. (clients ?? [isQuick ? 2000 : 5000]).Select(static count => new Case(Scenario.Connect, count, 0)),
            .. usual.Select(static count => new Case(Scenario.Beside, count, 0)),
            .. (clients ?? [isQuick ? 1000 : 10_000]).Select(static count => new Case(Scenario.Return, count, 0)),
        ];
    }
}
