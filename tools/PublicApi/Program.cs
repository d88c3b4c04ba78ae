using SocketIo.PublicApi;

// PublicApi <assembly> <file> [--update]: compares what the assembly shows with the file, line by line, in the form of compiler errors.
if (args is not [var assembly, var file, .. var rest])
    return Fail("Usage: PublicApi <assembly> <file> [--update]");

var now = Surface.Of(assembly);
if (rest is ["--update"])
{
    File.WriteAllText(file, string.Join('\n', now) + "\n");
    return 0;
}

if (!File.Exists(file))
    return Fail($"{file}: error API001: There is no such file. {HowTo.Update}");
var known = File.ReadAllLines(file);
var changes = now.Except(known).Select(line => $"{file}: error API002: The public API has more than the file: {line}. {HowTo.Update}")
    .Concat(known.Except(now).Select((line, _) => $"{file}({Array.IndexOf(known, line) + 1}): error API003: The public API no longer has: {line}. {HowTo.Update}"))
    .ToArray();
foreach (var change in changes)
    Console.Error.WriteLine(change);
return changes.Length == 0 ? 0 : 1;

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
