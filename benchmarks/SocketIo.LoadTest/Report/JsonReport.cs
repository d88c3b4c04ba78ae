using System.Text.Json;

namespace SocketIo.LoadTest.Report;

/// <summary>Every counted run, for a program to read.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Write(Results results) => JsonSerializer.Serialize(
        new
        {
            results.Machine,
            results.Options.PayloadBytes,
            MeasuredSeconds = results.Options.Measured.TotalSeconds,
            Cases = results.Cases.Select(static result => new
            {
                result.Case.Name,
                result.Case.Clients,
                result.Case.InFlight,
                result.Case.Rooms,
                result.Case.Unit,
                Servers = result.Peers.Select(peer => new
                {
                    peer.Peer.Name,
                    peer.Failure,
                    Median = peer.IsValid ? result.Cost(peer).Median : (double?)null,
                    Ratio = result.Ratio(peer),
                    peer.Runs,
                }),
            }),
        },
        Format) + "\n";
}
