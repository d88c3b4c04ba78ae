namespace SocketIo.Handlers;

/// <summary>A handler in the one shape that the dispatch knows: reads its typed arguments, runs, acknowledges with its result.</summary>
internal delegate ValueTask EventBody(ref EventCall call);
