using System.Globalization;
using System.Net;

namespace SocketIo.LoadTest.Load;

/// <summary>What a server with topics tells and does beside its sockets: see <see cref="Servers.TopicEvents"/>.</summary>
internal sealed class TopicControl(int port) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/topics/") };

    /// <summary>How many events the server's stream has stored; 0 where there is none.</summary>
    public async Task<long> StoredAsync()
    {
        using var response = await _http.GetAsync("stored");
        return response.StatusCode == HttpStatusCode.NotFound ? 0 : long.Parse(await response.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Stores events that the subscribers miss.</summary>
    public async Task StoreAsync(int first, int count, string padding)
    {
        using var response = await _http.PostAsync($"missed?first={first}&count={count}&padding={padding}", null);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until so many subscribers are connected.</summary>
    public Task AttachedAsync(int count) => UntilAsync((attached, _) => attached == count, $"{count} subscribers are attached");

    /// <summary>Waits until the store knows that everything was acknowledged.</summary>
    public Task AcknowledgedAsync() => UntilAsync(static (_, lag) => lag == 0, "all is acknowledged");

    public void Dispose() => _http.Dispose();

    private async Task UntilAsync(Func<long, long, bool> condition, string what)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            var numbers = (await _http.GetStringAsync("subscribers")).Split(' ').Select(static text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            if (condition(numbers[0], numbers[1]))
                return;
            if (DateTime.UtcNow > until)
                throw new DeliveryException($"not in {Patience.TotalSeconds} s: {what}; {numbers[0]} are attached, {numbers[1]} events not acknowledged");
            await Task.Delay(Pause);
        }
    }
}
