using Microsoft.AspNetCore.Cors.Infrastructure;
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
        ["Path 4"] = options => options.Path = "/socket.io/{id}",
        ["Path 5"] = options => options.Path = "//socket.io",
        ["PingInterval 1"] = options => options.PingInterval = TimeSpan.Zero,
        ["PingInterval 2"] = options => options.PingInterval = TimeSpan.MaxValue,
        ["PingTimeout 1"] = options => options.PingTimeout = TimeSpan.FromSeconds(-1),
        ["PingTimeout 2"] = options => options.PingTimeout = TimeSpan.FromMilliseconds(int.MaxValue + 1L),
        ["UpgradeTimeout 1"] = options => options.UpgradeTimeout = Timeout.InfiniteTimeSpan,
        ["MaxHttpBufferSize 1"] = options => options.MaxHttpBufferSize = 0,
        ["MaxQueuedBytes 1"] = options => options.MaxQueuedBytes = -1,
        ["MaxSessions 1"] = options => options.MaxSessions = 0,
        ["MaxSessionsPerAddress 1"] = options => options.MaxSessionsPerAddress = -1,
        ["Transports 1"] = options => options.Transports = EngineTransports.None,
        ["Transports 2"] = options => options.Transports = (EngineTransports)8,
        ["Cors 1"] = options => options.Cors = new CorsPolicy { Origins = { "*" }, SupportsCredentials = true },
        ["Cookie.Name 1"] = options => options.Cookie = new() { Name = "no name" },
        ["HttpCompression.Threshold 1"] = options => options.HttpCompression = new() { Threshold = -1 },
        ["PerMessageDeflate.Threshold 1"] = options => options.PerMessageDeflate = new() { Threshold = -1 },
        ["PerMessageDeflate.ServerMaxWindowBits 1"] = options => options.PerMessageDeflate = new() { ServerMaxWindowBits = 16 },
        ["PerMessageDeflate.ClientMaxWindowBits 1"] = options => options.PerMessageDeflate = new() { ClientMaxWindowBits = 7 },
        ["SlowConsumerPolicy 1"] = options => options.SlowConsumerPolicy = (SlowConsumerPolicy)9,
        ["Json 1"] = options => options.Json = null!,
        ["ConnectTimeout 1"] = options => options.ConnectTimeout = TimeSpan.Zero,
        ["HandlerShutdownTimeout 1"] = options => options.HandlerShutdownTimeout = TimeSpan.FromSeconds(-1),
        ["HandlerShutdownTimeout 2"] = options => options.HandlerShutdownTimeout = TimeSpan.MaxValue,
        ["AckTimeout 1"] = options => options.AckTimeout = TimeSpan.Zero,
        ["AckTimeout 2"] = options => options.AckTimeout = TimeSpan.MaxValue,
        ["MaxConcurrentHandlers 1"] = options => options.MaxConcurrentHandlers = 0,
        ["MaxPendingEventBytes 1"] = options => options.MaxPendingEventBytes = 0,
        ["MaxAttachmentBytes 1"] = options => options.MaxAttachmentBytes = 0,
        ["AttachmentTimeout 1"] = options => options.AttachmentTimeout = TimeSpan.Zero,
        ["MaxDisconnectionDuration 1"] = options => options.ConnectionStateRecovery = new() { MaxDisconnectionDuration = TimeSpan.Zero },
        ["MaxStoredBytes 1"] = options => options.ConnectionStateRecovery = new() { MaxStoredBytes = 0 },
        ["MaxStoredSessions 1"] = options => options.ConnectionStateRecovery = new() { MaxStoredSessions = -1 },
        ["MaxNamespaces 1"] = options => options.MaxNamespaces = 0,
        ["MaxRooms 1"] = options => options.MaxRooms = 0,
        ["MaxPendingAcks 1"] = options => options.MaxPendingAcks = 0,
        ["MaxNamespaceLength 1"] = options => options.MaxNamespaceLength = -1,
        ["MaxArguments 1"] = options => options.MaxArguments = 0,
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

    [Test]
    public void All_values_that_cannot_work_are_told_at_once_each_with_its_option()
    {
        // the last of those for one option
        var bad = Bad.GroupBy(pair => pair.Key.Split(' ')[0], pair => pair.Value).ToDictionary(group => group.Key, group => group.Last());
        foreach (var grouped in new[] { "MaxDisconnectionDuration", "MaxStoredBytes", "PerMessageDeflate.Threshold", "PerMessageDeflate.ServerMaxWindowBits" })
            bad.Remove(grouped);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSocketIo(options =>
        {
            foreach (var spoil in bad.Values)
                spoil(options);
        });
        using var provider = services.BuildServiceProvider();
        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<SocketIoServer>());
        Assert.That(exception!.Failures.Count(), Is.EqualTo(bad.Count));
        foreach (var option in bad.Keys)
            Assert.That(exception.Failures, Has.Some.Contains(option));
        Assert.That(exception.Failures, Has.Some.EqualTo("MaxAttachments must not be negative, not -1."));
        Assert.That(exception.Failures, Has.Some.EqualTo("Cookie.Name must be a name that a cookie may have, not \"no name\"."));
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
