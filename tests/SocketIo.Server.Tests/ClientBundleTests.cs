using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Polling;
using SocketIo.Hosting;

namespace SocketIo.Server.Tests;

public class ClientBundleTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static readonly string[] Scripts =
        ["socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js", "socket.io.esm.min.js"];

    private static readonly string Tag = $"\"{ClientBundle.Version}\"";

    private WebApplication _app = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        _app = builder.Build();
        _app.Map("/socket.io/{file}", (HttpContext context, string file) => ClientBundle.ServeAsync(context, file));
        await _app.StartAsync().WaitAsync(Deadline);
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.First() + "/socket.io/"), Timeout = Deadline };
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [TestCaseSource(nameof(Scripts))]
    public async Task A_script_is_served_as_javascript_with_its_version_as_tag(string file)
    {
        using var response = await _http.GetAsync(file);
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Header(response, "Content-Type"), Is.EqualTo("application/javascript; charset=utf-8"));
        Assert.That(Header(response, "Cache-Control"), Is.EqualTo("public, max-age=0"));
        Assert.That(Header(response, "ETag"), Is.EqualTo(Tag));
        Assert.That(Header(response, "Vary"), Is.EqualTo("Accept-Encoding"));
        Assert.That(Header(response, "Content-Encoding"), Is.Null);
        Assert.That(response.Content.Headers.ContentLength, Is.EqualTo(Encoding.UTF8.GetByteCount(text)));
        Assert.That(text, Does.Contain("Socket.IO v" + ClientBundle.Version).And.Contain("sourceMappingURL=" + file + ".map"));
    }

    [TestCaseSource(nameof(Scripts))]
    public async Task A_source_map_is_served_as_json(string script)
    {
        using var response = await _http.GetAsync(script + ".map");
        using var map = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.That(Header(response, "Content-Type"), Is.EqualTo("application/json; charset=utf-8"));
        Assert.That(Header(response, "ETag"), Is.EqualTo(Tag));
        Assert.That(map.RootElement.GetProperty("version").GetInt32(), Is.EqualTo(3));
    }

    [TestCase("socket.io.ts")]
    [TestCase("SOCKET.IO.JS")]
    [TestCase("package.json")]
    [TestCase("..%2Fpackage.json")]
    public async Task Another_name_is_not_found(string file)
    {
        using var response = await _http.GetAsync(file);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(ClientBundle.TryGet(file, out _), Is.False);
    }

    [TestCase("br")]
    [TestCase("gzip")]
    [TestCase("deflate")]
    public async Task A_compressed_script_unpacks_to_the_plain_one_and_has_the_weak_tag(string coding)
    {
        var plain = await _http.GetByteArrayAsync("socket.io.min.js");

        using var response = await SendAsync(HttpMethod.Get, ("Accept-Encoding", coding));
        var packed = await response.Content.ReadAsByteArrayAsync();

        Assert.That(Header(response, "Content-Encoding"), Is.EqualTo(coding));
        Assert.That(Header(response, "ETag"), Is.EqualTo("W/" + Tag));
        Assert.That(Header(response, "Vary"), Is.EqualTo("Accept-Encoding"));
        Assert.That(packed, Has.Length.LessThan(plain.Length / 2).And.Length.EqualTo(response.Content.Headers.ContentLength));
        Assert.That(Unpack(coding, packed), Is.EqualTo(plain));
    }

    [TestCase("gzip, deflate, br", "br")]
    [TestCase("deflate, gzip", "gzip")]
    [TestCase("br;q=0.2, gzip;q=0.8, deflate;q=0.5", "gzip")]
    [TestCase("GZIP", "gzip")]
    [TestCase("*", "br")]
    [TestCase("br;q=0, *;q=0.5", "gzip")]
    [TestCase("br;q=0", null)]
    [TestCase("identity, gzip;q=0.5", null)]
    [TestCase("identity;q=0.5, gzip;q=0.5", "gzip")]
    [TestCase("gzip;q=0, identity", null)]
    [TestCase("zstd", null)]
    [TestCase(";;,=", null)]
    [TestCase("*;q=0", null)]
    public async Task The_coding_follows_the_weights_of_Accept_Encoding(string accepted, string? expected)
    {
        using var response = await SendAsync(HttpMethod.Get, ("Accept-Encoding", accepted));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Header(response, "Content-Encoding"), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_known_tag_strong_or_weak_alone_or_in_a_list_is_not_sent_again(
        [Values("{0}", "W/{0}", "\"other\", {0}", "\"other\",W/{0}", "*")] string known,
        [Values("identity", "br")] string coding)
    {
        var header = string.Format(null, known, Tag);

        using var response = await SendAsync(HttpMethod.Get, ("If-None-Match", header), ("Accept-Encoding", coding));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
        Assert.That(Header(response, "ETag"), Does.EndWith(Tag));
        Assert.That(Header(response, "Cache-Control"), Is.EqualTo("public, max-age=0"));
        Assert.That(Header(response, "Vary"), Is.EqualTo("Accept-Encoding"));
    }

    [TestCase("\"0.0.1\"")]
    [TestCase("4.8")]
    [TestCase("\"")]
    public async Task Another_or_a_malformed_tag_gets_the_file(string known)
    {
        using var response = await SendAsync(HttpMethod.Get, ("If-None-Match", known));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Head_has_the_headers_of_get_and_no_body([Values("identity", "gzip")] string coding)
    {
        using var get = await SendAsync(HttpMethod.Get, ("Accept-Encoding", coding));
        using var head = await SendAsync(HttpMethod.Head, ("Accept-Encoding", coding));

        Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
        foreach (var name in new[] { "Content-Length", "Content-Type", "Content-Encoding", "ETag", "Cache-Control", "Vary" })
            Assert.That(Header(head, name), Is.EqualTo(Header(get, name)), name);
    }

    [TestCase("POST")]
    [TestCase("PUT")]
    [TestCase("DELETE")]
    [TestCase("OPTIONS")]
    public async Task Another_method_is_not_allowed(string method)
    {
        using var response = await SendAsync(new HttpMethod(method));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(Header(response, "Allow"), Is.EqualTo("GET, HEAD"));
    }

    [Test]
    public void A_body_is_made_once_and_kept()
    {
        Assert.That(ClientBundle.TryGet("socket.io.js", out var file), Is.True);

        var bodies = new byte[8][];
        Parallel.For(0, bodies.Length, i => bodies[i] = file!.Body(ContentCoding.Gzip));

        Assert.That(bodies, Is.All.SameAs(bodies[0]));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "socket.io.min.js");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
        || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;

    private static byte[] Unpack(string coding, byte[] packed)
    {
        var source = new MemoryStream(packed);
        using Stream stream = coding switch
        {
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            _ => new ZLibStream(source, CompressionMode.Decompress),
        };
        var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }
}
