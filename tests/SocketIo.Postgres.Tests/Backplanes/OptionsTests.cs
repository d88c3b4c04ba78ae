using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using SocketIo.Cluster;

namespace SocketIo.Postgres.Tests.Backplanes;

/// <summary>What the options say is checked when the host starts, all at once.</summary>
public class OptionsTests
{
    [Test]
    public void All_faults_are_told_at_once()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddPostgres(options =>
        {
            options.Prefix = new string('x', 62);
            options.Schema = "a\0b";
            options.AttachmentTable = "";
            options.LogTable = new string('x', 60);
            options.CleanupInterval = TimeSpan.Zero;
            options.LogDuration = TimeSpan.Zero;
            options.ResponseTimeout = TimeSpan.FromMilliseconds(10);
            options.MaxReconnectDelay = TimeSpan.FromDays(1);
        })));
        Assert.That(fault!.Failures.Count(), Is.EqualTo(9));
    }

    [Test]
    public void A_connection_string_is_checked_and_its_password_not_told()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddPostgres("Host=h;Password=secret;Nonsense=1")));
        Assert.That(fault!.Message, Does.Contain("nonsense").IgnoreCase.And.Not.Contain("secret"));
        Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddPostgres("Database=d")));
        Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddPostgres(" ")));
    }

    [Test]
    public void There_is_one_way_to_say_where_the_database_is()
    {
        using var source = NpgsqlDataSource.Create("Host=h");
        Assert.Throws<OptionsValidationException>(() => Resolve(io => io.AddPostgres("Host=h", options => options.DataSource = source)));
        Assert.That(Resolve(io => io.AddPostgres(options => options.DataSource = source)), Is.EqualTo("postgres"));
    }

    [Test]
    public void A_connection_string_is_enough() => Assert.That(Resolve(io => io.AddPostgres("Host=h")), Is.EqualTo("postgres"));

    private static string Resolve(Action<SocketIoBuilder> add)
    {
        var services = new ServiceCollection();
        add(new SocketIoBuilder(services));
        var provider = services.BuildServiceProvider();
        try
        {
            return provider.GetRequiredService<Backplane>().Name;
        }
        finally
        {
            provider.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
