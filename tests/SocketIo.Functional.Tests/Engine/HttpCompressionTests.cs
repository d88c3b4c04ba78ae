using System.IO.Compression;
using System.Text;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class HttpCompressionTests
{
    private static readonly string Long = "4" + string.Concat(Enumerable.Repeat("a long message, ", 100));

    [TestCase("gzip, deflate, br, zstd", "gzip")]
    [TestCase("deflate, br", "deflate")]
    [TestCase("br", "br")]
    [TestCase("gzip;q=0.5, br;q=0.8, deflate;q=0.1", "br")]
    [TestCase("gzip;q=0, *", "deflate")]
    [TestCase("zstd", null)]
    [TestCase("gzip;q=0", null)]
    [TestCase("", null)]
    public async Task An_answer_has_the_coding_that_the_client_prefers(string accepted, string? coding)
    {
        await using var host = await EngineHost.StartAsync();
        using var client = await RawPolling.OpenAsync(host.Address);
        await client.PostAsync(Long);
        using var response = await PollAsync(client, accepted);
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Multiple(() =>
        {
            Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(coding is null ? [] : new[] { coding }));
            Assert.That(response.Headers.Vary, Is.EqualTo(new[] { "Accept-Encoding" }));
            Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; charset=UTF-8"));
            Assert.That(response.Content.Headers.ContentLength, coding is null ? Is.EqualTo(Long.Length) : Is.LessThan(200));
            Assert.That(Decode(body, coding), Is.EqualTo(Long));
        });
    }

    [Test]
    public async Task Only_answers_of_the_threshold_s_size_are_compressed()
    {
        await using var host = await EngineHost.StartAsync();
        using var client = await RawPolling.OpenAsync(host.Address);
        await client.PostAsync(Long[..1023]);
        using var small = await PollAsync(client, "gzip");
        await client.PostAsync(Long[..1024]);
        using var large = await PollAsync(client, "gzip");
        Assert.That(small.Content.Headers.ContentEncoding, Is.Empty);
        Assert.That(small.Headers.Vary, Is.Empty);
        Assert.That(large.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
    }

    [Test]
    public async Task The_threshold_can_be_changed_and_the_compression_switched_off()
    {
        await using var low = await EngineHost.StartAsync(options => options.HttpCompression = new() { Threshold = 0 });
        using var first = await RawPolling.OpenAsync(low.Address);
        await first.PostAsync("4x");
        using var compressed = await PollAsync(first, "gzip");
        Assert.That(Decode(await compressed.Content.ReadAsByteArrayAsync(), "gzip"), Is.EqualTo("4x"));

        await using var off = await EngineHost.StartAsync(options => options.HttpCompression = null);
        using var second = await RawPolling.OpenAsync(off.Address);
        await second.PostAsync(Long);
        using var plain = await PollAsync(second, "gzip");
        Assert.That(await plain.Content.ReadAsStringAsync(), Is.EqualTo(Long));
    }

    [Test]
    public void A_negative_threshold_is_an_error_that_names_the_option() =>
        Assert.That(
            new EngineOptions { HttpCompression = new() { Threshold = -1 } }.Validate,
            Throws.ArgumentException.With.Message.Contains("HttpCompression.Threshold"));

    [Test]
    public async Task What_is_emitted_with_Compress_false_is_not_compressed([Values] bool broadcast)
    {
        await using var server = await TestServer.StartSocketIoAsync();
        using var client = await JoinAsync(server);
        var socket = server.Io.Sockets.Values.Single();
        await (broadcast ? server.Io.Compress(false).EmitAsync("long", Long) : socket.Compress(false).EmitAsync("long", Long));
        using var plain = await PollAsync(client, "gzip");
        await (broadcast ? server.Io.Compress(true).EmitAsync("long", Long) : socket.Compress(true).EmitAsync("long", Long));
        using var compressed = await PollAsync(client, "gzip");

        Assert.That(plain.Content.Headers.ContentEncoding, Is.Empty);
        Assert.That(await plain.Content.ReadAsStringAsync(), Does.Contain(Long));
        Assert.That(compressed.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        Assert.That(Decode(await compressed.Content.ReadAsByteArrayAsync(), "gzip"), Does.Contain(Long));
    }

    [Test]
    public async Task Compress_false_lasts_through_recovery_acknowledgements_and_a_broadcast_from_a_socket()
    {
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.ConnectionStateRecovery = new());
        using var client = await JoinAsync(server);
        using var other = await JoinAsync(server);
        var socket = server.Io.Sockets.Values.First();
        await socket.Compress(false).EmitAsync("long", Long);
        await socket.Compress(false).Broadcast.EmitAsync("long", Long);
        _ = socket.Compress(false).EmitWithAckAsync<string>("long", Long);
        foreach (var receiver in new[] { client, other })
        {
            using var answer = await PollAsync(receiver, "gzip");
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(Long));
        }
    }

    [Test]
    public async Task One_message_that_may_be_compressed_makes_the_answer_so()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        using var client = await JoinAsync(server);
        await server.Io.Compress(false).EmitAsync("long", Long);
        await server.Io.EmitAsync("short");
        using var answer = await PollAsync(client, "gzip");
        Assert.That(Decode(await answer.Content.ReadAsByteArrayAsync(), "gzip"), Does.Contain(Long).And.EndsWith("[\"short\"]"));
    }

    private static async Task<RawPolling> JoinAsync(TestServer server)
    {
        var client = await RawPolling.OpenAsync(server.Address, "/socket.io/");
        await client.PostAsync("40");
        await client.PollAsync();
        return client;
    }

    private static Task<HttpResponseMessage> PollAsync(RawPolling client, string accepted)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, client.Target("EIO=4&transport=polling"));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        return client.SendAsync(request);
    }

    private static string Decode(byte[] body, string? coding)
    {
        var stream = new MemoryStream(body);
        using Stream decoded = coding switch
        {
            "gzip" => new GZipStream(stream, CompressionMode.Decompress),
            "deflate" => new ZLibStream(stream, CompressionMode.Decompress),
            "br" => new BrotliStream(stream, CompressionMode.Decompress),
            _ => stream,
        };
        return new StreamReader(decoded, Encoding.UTF8).ReadToEnd();
    }
}
