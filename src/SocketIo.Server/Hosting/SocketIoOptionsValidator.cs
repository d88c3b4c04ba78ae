using Microsoft.Extensions.Options;

namespace SocketIo.Hosting;

/// <summary>Validates the options when the host starts, all at once.</summary>
internal sealed class SocketIoOptionsValidator : IValidateOptions<SocketIoOptions>
{
    public ValidateOptionsResult Validate(string? name, SocketIoOptions options) =>
        options.FindFaults() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
}
