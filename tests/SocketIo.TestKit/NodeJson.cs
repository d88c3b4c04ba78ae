using System.Text.Json.Serialization;

namespace SocketIo.TestKit;

/// <summary>A value on its way to a Node client, as the JSON text that the client parses: for what JSON of .NET does not have.</summary>
public sealed record NodeJson([property: JsonPropertyName("$json")] string Text);
