using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace SocketIo.Benchmarks.Support;

/// <summary>Runs every benchmark a few times in this process and measures nothing: shows that they still work.</summary>
public static class SmokeRun
{
    private const int Rounds = 2;

    // Larger counts of sockets show nothing more here and take most of the time.
    private const int LargestCount = 65536;

    /// <summary>Runs all; the exception of the first one that fails is not caught.</summary>
    /// <returns>How many methods ran, each with each of its parameters.</returns>
    public static int All(TextWriter log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var classes = typeof(SmokeRun).Assembly.GetTypes()
            .Where(static type => type.GetMethods().Any(static method => method.IsDefined(typeof(BenchmarkAttribute))))
            .OrderBy(static type => type.Name);
        return classes.Sum(type => Run(type, log));
    }

    private static int Run(Type type, TextWriter log)
    {
        var cases = BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases
            .Where(static benchmark => !benchmark.Parameters.Items.Any(static parameter => parameter.Value is > LargestCount))
            .ToArray();
        foreach (var alike in cases.GroupBy(static benchmark => benchmark.Parameters.DisplayInfo))
        {
            var started = Stopwatch.GetTimestamp();
            Run([.. alike]);
            log.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{type.Name} {alike.Key} {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms"));
        }
        return cases.Length;
    }

    // One setup for all methods with the same parameters; a measurement makes one for each.
    private static void Run(BenchmarkCase[] cases)
    {
        var descriptor = cases[0].Descriptor;
        var instance = Activator.CreateInstance(descriptor.Type)!;
        foreach (var parameter in cases[0].Parameters.Items)
            descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        Invoke(descriptor.GlobalSetupMethod, instance);
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var benchmark in cases)
                    Invoke(benchmark.Descriptor.WorkloadMethod, instance);
            }
        }
        finally
        {
            Invoke(descriptor.GlobalCleanupMethod, instance);
        }
    }

    private static void Invoke(MethodInfo? method, object instance)
    {
        // the exception itself, not wrapped
        var result = method?.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, null, CultureInfo.InvariantCulture);
        if (result is Task task)
            task.GetAwaiter().GetResult();
    }
}
