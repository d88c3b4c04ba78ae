using SocketIo.Overloads;

// Overloads [<root of the repository>]: writes the overloads for each number of arguments and each kind of result anew.
var root = args.Length == 0 ? Directory.GetCurrentDirectory() : args[0];
foreach (var file in GeneratedFile.All)
    File.WriteAllText(Path.Combine(root, file.Path), file.Text);
