using Microsoft.Extensions.Options;
using SocketIo.Cluster;

namespace SocketIo.Hosting;

/// <summary>Validates the options of the cluster when the host starts, all at once.</summary>
internal sealed class ClusterOptionsValidator : IValidateOptions<ClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, ClusterOptions options) =>
        options.FindFaults() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
}
