namespace SocketIo.PublicApi;

internal static class HowTo
{
    public const string Update = "If that is meant, run \"dotnet build -p:UpdatePublicApi=true\" and commit the file.";
}
