using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace SocketIo.TopicsLoad;

/// <summary>Entries of the same fields into a stream, those of a batch sent together.</summary>
internal sealed class PlainRedis : PlainLoop
{
    private const string Stream = "plain";

    private readonly ConnectionMultiplexer _redis;
    private long _last;

    private PlainRedis(ConnectionMultiplexer redis) => _redis = redis;

    public static async Task<PlainRedis> OpenAsync(string configuration)
    {
        // to ask how much CPU Redis has used
        var plain = new PlainRedis(await ConnectionMultiplexer.ConnectAsync(configuration, static options => options.AllowAdmin = true));
        await plain._redis.GetDatabase().KeyDeleteAsync(Stream);
        return plain;
    }

    public override async Task<long> RunAsync(byte[] json, int batch, TimeSpan time)
    {
        var database = _redis.GetDatabase();
        var (first, begin) = (_last, Stopwatch.GetTimestamp());
        var adding = new Task[batch];
        while (Stopwatch.GetElapsedTime(begin) < time)
        {
            var together = database.CreateBatch();
            for (var i = 0; i < batch; i++)
                adding[i] = together.StreamAddAsync(Stream, [new("a", 1700000000000), new("t", _last), new("j", json)], $"{++_last}-0");
            together.Execute();
            await Task.WhenAll(adding);
        }
        return _last - first;
    }

    public override async Task<double> ServerCpuAsync()
    {
        var info = await _redis.GetServers()[0].InfoAsync("cpu");
        return info.SelectMany(static group => group)
            .Where(static one => one.Key is "used_cpu_sys" or "used_cpu_user")
            .Sum(static one => double.Parse(one.Value, CultureInfo.InvariantCulture));
    }

    public override ValueTask DisposeAsync() => _redis.DisposeAsync();
}
