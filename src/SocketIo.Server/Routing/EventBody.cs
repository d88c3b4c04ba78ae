using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>A handler in the one shape that the dispatch knows: reads its typed arguments, runs, acknowledges with its result.</summary>
internal delegate ValueTask EventBody(Socket socket, ref ArgumentReader arguments, AckReply ack);
