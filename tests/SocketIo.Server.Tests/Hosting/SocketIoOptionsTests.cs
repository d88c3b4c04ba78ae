using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SocketIo.Engine;

namespace SocketIo.Server.Tests.Hosting;

public class SocketIoOptionsTests
{
    private static readonly Dictionary<string, Action<SocketIoOptions>> Bad = new()
    {
        ["Path 1"] = options => options.Path = "",
        ["Path 2"] = options => options.Path = "socket.io",
        ["Path 3"] = options => options.Path = null!,
        ["PingInterval 1"] = options => options.PingInterval = TimeSpan.Zero,
        ["PingInterval 2"] = options => options.PingInterval = TimeSpan.MaxValue,
        ["PingTimeout 1"] = options => options.PingTimeout = TimeSpan.FromSeconds(-1),
        ["PingTimeout 2"] = options => options.PingTimeout = TimeSpan.FromMilliseconds(int.MaxValue + 1L),
        ["UpgradeTimeout 1"] = options => options.UpgradeTimeout = Timeout.InfiniteTimeSpan,
        ["MaxHttpBufferSize 1"] = options => options.MaxHttpBufferSize = 0,
        ["MaxQueuedBytes 1"] = options => options.MaxQueuedBytes = -1,
        ["Transports 1"] = options => options.Transports = EngineTransports.None,
        ["Transports 2"] = options => options.Transports = (EngineTransports)8,
        ["SlowConsumerPolicy 1"] = options => options.SlowConsumerPolicy = (SlowConsumerPolicy)9,
        ["Json 1"] = options => options.Json = null!,
        ["ConnectTimeout 1"] = options => options.ConnectTimeout = TimeSpan.Zero,
        ["AckTimeout 1"] = options => options.AckTimeout = TimeSpan.Zero,
        ["AckTimeout 2"] = options => options.AckTimeout = TimeSpan.MaxValue,
        ["MaxConcurrentHandlers 1"] = options => options.MaxConcurrentHandlers = 0,
        ["MaxPendingHandlers 1"] = options => options.MaxPendingHandlers = 0,
        ["MaxDisconnectionDuration 1"] = options => options.ConnectionStateRecovery = new() { MaxDisconnectionDuration = TimeSpan.Zero },
        ["MaxStoredBytes 1"] = options => options.ConnectionStateRecovery = new() { MaxStoredBytes = 0 },
        ["MaxStoredSessions 1"] = options => options.ConnectionStateRecovery = new() { MaxStoredSessions = -1 },
        ["MaxAttachments 1"] = options => options.MaxAttachments = -1,
    };

    public static IEnumerable<string> BadValues => Bad.Keys;

    [TestCaseSource(nameof(BadValues))]
    public void A_value_that_cannot_work_is_refused_by_the_name_of_its_option(string value)
    {
        var options = new SocketIoOptions();
        Bad[value](options);
        Assert.That(options.Validate, Throws.InstanceOf<ArgumentException>().With.Message.Contains(value.Split(' ')[0]));
    }

    [TestCaseSource(nameof(BadValues))]
    public void The_services_refuse_it_too(string value)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSocketIo(Bad[value]);
        using var provider = services.BuildServiceProvider();
        Assert.That(
            provider.GetRequiredService<SocketIoServer>,
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains(value.Split(' ')[0]));
    }

    [Test]
    public void Every_option_with_a_range_is_in_the_table()
    {
        var ranged = typeof(SocketIoOptions).GetProperties()
            .Where(property => property.PropertyType == typeof(int) || property.PropertyType == typeof(TimeSpan) || property.PropertyType == typeof(TimeSpan?))
            .Select(property => property.Name);
        Assert.That(ranged, Is.SubsetOf(Bad.Keys.Select(value => value.Split(' ')[0])));
    }

    [Test]
    public void The_defaults_are_the_references_and_good()
    {
        var options = new SocketIoOptions();
        options.Validate();
        Assert.That(options.Path, Is.EqualTo("/socket.io"));
        Assert.That(options.ConnectTimeout, Is.EqualTo(TimeSpan.FromSeconds(45)));
        Assert.That((options.PingInterval, options.PingTimeout), Is.EqualTo((TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(20))));
        Assert.That((options.MaxHttpBufferSize, options.MaxAttachments), Is.EqualTo((1_000_000, 10)));
    }
}
