using Microsoft.Extensions.Options;

namespace SocketIo.Topics;

/// <summary>Validates the options when the host starts.</summary>
internal sealed class TopicsOptionsValidator : IValidateOptions<TopicsOptions>
{
    public ValidateOptionsResult Validate(string? name, TopicsOptions options) =>
        options.FindFaults() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
}
