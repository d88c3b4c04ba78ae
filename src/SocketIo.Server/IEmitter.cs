using SocketIo.Protocol;

namespace SocketIo;

/// <summary>Something that events can be emitted to: a socket, a namespace, rooms. Emit with <see cref="EmitExtensions"/>.</summary>
public interface IEmitter
{
    /// <summary>Serialises the event once and queues it for every receiver.</summary>
    internal void Emit<TArgs>(string eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct;
}
