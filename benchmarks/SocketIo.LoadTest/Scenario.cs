namespace SocketIo.LoadTest;

internal enum Scenario
{
    Fanout,
    Echo,
    Rooms,
    Latency,
    Stalled,
    Idle,
    Connect,
    Beside,
    Return,
}
