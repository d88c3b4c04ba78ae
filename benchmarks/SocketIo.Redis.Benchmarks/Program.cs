using System.Globalization;
using SocketIo.Redis.Benchmarks;

return args switch
{
    ["hop"] => await HopBenchmark.RunAsync(),
    ["servers"] => await ServersBenchmark.HopAsync(),
    ["rate"] => await ServersBenchmark.RateAsync(),
    ["server", var redis, var port] => await ServerNode.RunAsync(redis, int.Parse(port, CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("hop       what a message from one Redis connection to another costs: StackExchange.Redis against the connection of SocketIo.Redis");
    Console.Error.WriteLine("servers   what an event from one server to 100 clients of another costs: two of ours, two in Node");
    Console.Error.WriteLine("rate      50,000 events a second from one server to another: two of ours, two in Node");
    return 2;
}
