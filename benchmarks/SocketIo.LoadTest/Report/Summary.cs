namespace SocketIo.LoadTest.Report;

/// <summary>Median and range of one figure over the runs.</summary>
internal readonly struct Summary
{
    public Summary(double[] values)
    {
        Array.Sort(values);
        Least = values[0];
        Most = values[^1];
        Median = (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    public double Median { get; }

    public double Least { get; }

    public double Most { get; }
}
