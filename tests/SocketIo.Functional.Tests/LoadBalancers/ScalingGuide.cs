using System.Globalization;
using System.Text.RegularExpressions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.LoadBalancers;

/// <summary>The configurations in docs/scaling.md, which are written for three servers and for port 80.</summary>
internal static partial class ScalingGuide
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "scaling.md"));

    /// <summary>The blocks of a language, with the addresses of a test.</summary>
    /// <param name="language">What stands behind the fence.</param>
    /// <param name="port">Where the load balancer is to listen.</param>
    /// <param name="servers">The ports of the three servers.</param>
    public static string[] Blocks(string language, int port, int[] servers) =>
    [
        .. Block().Matches(Text).Where(match => match.Groups["language"].Value == language).Select(match =>
        {
            var text = match.Groups["text"].Value.Replace("listen 80;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal)
                .Replace("bind :80", $"bind 127.0.0.1:{port}", StringComparison.Ordinal);
            return Server().Replace(text, server => $"127.0.0.1:{servers[int.Parse(server.Groups[1].Value, CultureInfo.InvariantCulture) - 1]}");
        }),
    ];

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"10\.0\.0\.([123]):5000")]
    private static partial Regex Server();
}
