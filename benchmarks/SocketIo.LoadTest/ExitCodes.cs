namespace SocketIo.LoadTest;

/// <summary>How the program ends, in the role of the load client too.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It could not be run.</summary>
    public const int Failure = 1;

    /// <summary>A message was lost, repeated, reordered or changed.</summary>
    public const int WrongDelivery = 2;
}
