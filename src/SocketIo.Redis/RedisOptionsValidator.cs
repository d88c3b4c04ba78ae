using Microsoft.Extensions.Options;

namespace SocketIo.Redis;

/// <summary>Tells all that is wrong with the options when the host starts.</summary>
internal sealed class RedisOptionsValidator<TOptions> : IValidateOptions<TOptions>
    where TOptions : RedisConnectionOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        string[] faults = [.. options.Validate()];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
