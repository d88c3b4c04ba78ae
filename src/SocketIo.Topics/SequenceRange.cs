namespace SocketIo.Topics;

/// <summary>Events of a topic that follow each other.</summary>
/// <param name="First">The sequence of the first.</param>
/// <param name="Last">The sequence of the last; one less than <paramref name="First"/> when there are none.</param>
public readonly record struct SequenceRange(long First, long Last)
{
    /// <summary>How many there are.</summary>
    public long Count => Last - First + 1;

    /// <summary>Puts together what follows each other.</summary>
    /// <param name="sequences">In ascending order.</param>
    internal static List<SequenceRange> Collect(IEnumerable<long> sequences)
    {
        var ranges = new List<SequenceRange>();
        foreach (var sequence in sequences)
            Add(ranges, new(sequence, sequence));
        return ranges;
    }

    /// <summary>Adds a range that lies behind those in the list.</summary>
    internal static void Add(List<SequenceRange> ranges, SequenceRange range)
    {
        if (ranges.Count > 0 && ranges[^1].Last + 1 == range.First)
            ranges[^1] = new(ranges[^1].First, range.Last);
        else if (range.Count > 0)
            ranges.Add(range);
    }
}
