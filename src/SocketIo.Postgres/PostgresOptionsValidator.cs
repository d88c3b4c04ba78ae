using Microsoft.Extensions.Options;

namespace SocketIo.Postgres;

/// <summary>Tells all that is wrong with the options when the host starts.</summary>
internal sealed class PostgresOptionsValidator : IValidateOptions<PostgresOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        string[] faults = [.. options.Validate()];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
