using System.Globalization;

namespace SocketIo.LoadTest;

/// <summary>One thing that is measured.</summary>
/// <param name="Scenario">What happens.</param>
/// <param name="Clients">How many connections there are.</param>
/// <param name="InFlight">Messages on their way at once; for echo, of each client.</param>
internal sealed record Case(Scenario Scenario, int Clients, int InFlight)
{
    public string Name => Scenario is Scenario.Fanout or Scenario.Echo
        ? string.Create(CultureInfo.InvariantCulture, $"{Kind}-{InFlight}")
        : Kind;

    /// <summary>The scenario as the command line says it.</summary>
    public string Kind => Scenario.ToString().ToLowerInvariant();

    /// <summary>Ten clients share a room.</summary>
    public int Rooms => Scenario is Scenario.Rooms ? Math.Max(1, Clients / 10) : 1;

    public bool IsMemory => Scenario is Scenario.Idle;

    /// <summary>Whether messages are exchanged, so that there is a latency.</summary>
    public bool HasMessages => Scenario is Scenario.Fanout or Scenario.Echo or Scenario.Rooms;

    public string Title => Scenario switch
    {
        Scenario.Fanout => $"Fan-out to {Clients:N0}, {InFlight} in flight",
        Scenario.Echo => $"Echo with ack, {Clients:N0} clients, {InFlight} outstanding",
        Scenario.Rooms => $"{Rooms:N0} rooms, {Clients:N0} clients",
        Scenario.Idle => $"Idle memory, {Clients:N0} clients",
        _ => $"Connect, {Clients:N0} clients",
    };

    /// <summary>What the measured figure is of.</summary>
    public string Unit => Scenario switch
    {
        Scenario.Fanout or Scenario.Rooms => "CPU µs per delivery",
        Scenario.Echo => "CPU µs per round trip",
        Scenario.Idle => "bytes per connection",
        _ => "CPU µs per connect",
    };

    public static IReadOnlyList<Case> All(int? clients, bool isQuick) =>
    [
        new(Scenario.Fanout, clients ?? (isQuick ? 300 : 1000), 1),
        new(Scenario.Fanout, clients ?? (isQuick ? 300 : 1000), 16),
        new(Scenario.Echo, clients ?? (isQuick ? 300 : 1000), 1),
        new(Scenario.Echo, clients ?? (isQuick ? 300 : 1000), 8),
        new(Scenario.Rooms, clients ?? (isQuick ? 500 : 2000), 16),
        new(Scenario.Idle, clients ?? (isQuick ? 1000 : 5000), 0),
        new(Scenario.Connect, clients ?? (isQuick ? 2000 : 5000), 0),
    ];
}
