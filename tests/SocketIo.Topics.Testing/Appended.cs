using System.Globalization;

namespace SocketIo.Topics.Testing;

/// <summary>An append that has completed.</summary>
/// <param name="Emitter">Who.</param>
/// <param name="Number">Its how many-th.</param>
/// <param name="Topic">Where to.</param>
/// <param name="Sequence">The result.</param>
public readonly record struct Appended(string Emitter, int Number, string Topic, long Sequence)
{
    public static Appended Parse(string line)
    {
        var parts = line.Split(' ');
        return new(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), "topic " + parts[2], long.Parse(parts[3], CultureInfo.InvariantCulture));
    }
}
