namespace SocketIo.LoadTest;

/// <summary>What --help prints, and what a reader of the results must know.</summary>
internal static class Usage
{
    public const string Text = """
        Measures this server beside SignalR and socket.io on Node and Bun, over real loopback sockets.

          dotnet run -c Release --project benchmarks/SocketIo.LoadTest -- [options]

          --servers LIST    socketio, socketio-sockets, signalr, node, bun, kestrel, topics, topics-sqlite, topics-stream, topics-sqlite-stream
                            (default: all; Bun only when it is on PATH)
          --scenarios LIST  fanout, echo, rooms, latency, stalled, idle, connect, beside, return, or one case such as fanout-16 (default: all)
          --n LIST          clients, in every scenario (default: fanout 100, 1000, 2000 and 5000; rooms 2000, idle and connect 5000,
                            return 10000, else 1000)
          --size BYTES      payload of a message (default 64)
          --reps N          counted runs per case and server; one more goes before, for the JIT (default 3)
          --secs S          measured seconds of a run (default 1.5)
          --warm S          seconds under load before them (default 0.5)
          --first-warm S    the same in the run that does not count: the JIT needs seconds under load (default 8)
          --quick           a run of a minute or two: fewer clients, shorter and fewer runs
          --out DIR         writes results.md, results.svg and results.json there, after each case
          --no-pin          does not bind servers to core 0 and the load client to core 1

        The exit code is 2 when any message was lost, repeated, reordered or changed, 1 when a run could not be made.

        Scenarios
          fanout   one client's message goes to all N; 1 and 16 of them in flight
          echo     every client sends and waits for the acknowledgement; 1 and 8 outstanding per client
          rooms    N clients in rooms of 10 and of 100; messages go to one room after the other, 16 in flight, never two to the same client:
                   compare with fanout to as many clients, 1 in flight
          latency  one client's message goes to all N, 100 times a second by the clock; counts from when it was due
          stalled  the same twice on the same connections: before and after one more client stops to read while much is waiting for it;
                   at the end it reads again, and nothing must be missing, unless the server has given it up
          idle     bytes of resident memory per connection that has joined "/" and does nothing; always a fresh process
          connect  N clients connect and join "/", 128 at a time
          beside   this server without and with topics, and beside a stream of 20,000 stored events a second: the CPU of broadcasts to all N,
                   100 times a second by the clock; what the server needs as long without them is taken off
          return   N subscribers of a topic, who have missed 100 events each, connect and acknowledge them all, 128 at a time; a fresh process
        """;

    public static readonly string[] Caveats =
    [
        "CPU is user and kernel time of all threads of the server process, per delivery, round trip or connect.",
        "Loopback hides the network: no latency, no loss, no interrupts of a card. A sender pays for its receiver's TCP input inside its "
            + "own send, and that part is the same for all servers, so that ratios look smaller than over a network card.",
        "One core for the server shows the cost of the work, not how a server scales over cores; the load client has the other one. Where "
            + "it was busy more than 90 % of the time (marked *), it was the limit: CPU still counts, throughput and latency do not.",
        "Payloads are small, all clients are equally fast, and nothing is encrypted or compressed.",
        "\"this server\" has its own transport turned on, UseEpoll(), as README recommends; \"this server, Kestrel's sockets\" has not, which "
            + "is what it is by default, and elsewhere than on Linux.",
        "\"Kestrel, upgraded only\" is the same web server with a WebSocket that does nothing: what a connection costs before this server's part.",
        "With \"topics\" each client has subscribed to a topic, which is empty; in \"beside\" some servers store 20,000 events a second into "
            + "another one, whose cost is measured without broadcasts and taken off.",
        "Idle memory is the growth of the resident set without a forced garbage collection.",
        "SocketIOSharp is not measured: it speaks Engine.IO 3 and protocol 4 only, which no client since 3.0 uses by default.",
        "A .NET server's figures fall for about ten seconds of load, until what is hot is compiled for good: a longer --first-warm shows "
            + "them lower, above all for echo.",
    ];
}
