namespace SocketIo.LoadTest;

internal enum Scenario
{
    Fanout,
    Echo,
    Rooms,
    Idle,
    Connect,
}
