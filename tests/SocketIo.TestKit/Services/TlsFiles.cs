using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SocketIo.TestKit;

/// <summary>An authority of a test's own, and certificates that it has signed: of a server on the loopback address, and of a client.</summary>
public sealed class TlsFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("socketio-tls-");

    public TlsFiles()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request("CN=authority", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(PathOf("authority.crt"), Authority.ExportCertificatePem());
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        using var server = Sign("CN=server", names.Build());
        File.WriteAllText(PathOf("server.crt"), server.ExportCertificatePem());
        File.WriteAllText(PathOf("server.key"), server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Client = Sign("CN=client", null);
    }

    public X509Certificate2 Authority { get; }

    /// <summary>The client's, with its key.</summary>
    public X509Certificate2 Client { get; }

    /// <summary>Lines of redis.conf for a server that listens with TLS on one more port.</summary>
    /// <param name="port">The port.</param>
    /// <param name="asksClients">Whether clients need a certificate, too.</param>
    public string[] Redis(int port, bool asksClients = false) =>
    [
        $"tls-port {port}",
        $"tls-cert-file {PathOf("server.crt")}",
        $"tls-key-file {PathOf("server.key")}",
        $"tls-ca-cert-file {PathOf("authority.crt")}",
        $"tls-auth-clients {(asksClients ? "yes" : "no")}",
    ];

    public void Dispose()
    {
        Authority.Dispose();
        Client.Dispose();
        _folder.Delete(recursive: true);
    }

    private static CertificateRequest Request(string name, ECDsa key) => new(name, key, HashAlgorithmName.SHA256);

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private X509Certificate2 Sign(string name, X509Extension? extension)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key);
        if (extension is not null)
            request.CertificateExtensions.Add(extension);
        using var signed = request.Create(Authority, Authority.NotBefore, Authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
