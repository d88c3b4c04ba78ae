namespace SocketIo.LoadTest.Load;

/// <summary>A message was lost, repeated, reordered or changed.</summary>
internal sealed class DeliveryException(string message) : Exception(message);
