namespace SocketIo.MessagePack;

/// <summary>What a value of the MessagePack format is, however long its encoding.</summary>
internal enum MessagePackKind
{
    Nil,

    /// <summary>JavaScript's, as notepack has it: fixext 1 of type 0.</summary>
    Undefined,
    Boolean,
    Integer,

    /// <summary>An integer above the range of Int64.</summary>
    LargeInteger,
    Float,
    String,
    Binary,
    Array,
    Map,

    /// <summary>Milliseconds since 1970, as notepack has it: fixext 8 of type 0.</summary>
    Date,

    /// <summary>Any other extension. One of type 0 and a length of its own is notepack's ArrayBuffer and read as binary.</summary>
    Extension,
}
