using System.Text;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>Every client does every step by every transport, and docs/clients.md says so.</summary>
[NonParallelizable]
public sealed class ClientTableTests
{
    private static readonly string Document = Path.Combine(Repository.Root, "docs", "clients.md");

    private readonly Dictionary<(TableRow Row, TableStep Step), Task> _cells = [];
    private TableClients _clients = null!;

    [OneTimeSetUp]
    public void Start() => _clients = new TableClients();

    [OneTimeTearDown]
    public async Task StopAsync() => await _clients.DisposeAsync();

    [TestCaseSource(nameof(Cells))]
    public Task A_client_does_what_every_client_has_to(object row, object step) => RunAsync((TableRow)row, (TableStep)step);

    [Test]
    public async Task The_table_in_the_documentation_is_what_the_clients_do()
    {
        var table = await WriteAsync();
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "clients.md");
        await File.WriteAllTextAsync(file, table);
        Assert.That(
            File.Exists(Document) ? await File.ReadAllTextAsync(Document) : "",
            Is.EqualTo(table),
            $"docs/clients.md is not what the clients do. When a client was changed: cp {file} docs/clients.md");
    }

    private static IEnumerable<object[]> Cells() =>
        TableRows.All.SelectMany(row => TableStep.All.Select(step => new object[] { row, step }));

    // each cell runs once, whoever asks first
    private Task RunAsync(TableRow row, TableStep step)
    {
        if (!_cells.TryGetValue((row, step), out var running))
            _cells[(row, step)] = running = step.RunAsync(row, _clients);
        return running;
    }

    private async Task<string> WriteAsync()
    {
        var text = new StringBuilder(Heading);
        text.Append("| client | version | Engine.IO protocol | transport |").AppendJoin("", TableStep.All.Select(step => $" {step} |"))
            .Append("\n|---|---|---|---|").AppendJoin("", TableStep.All.Select(_ => "---|")).Append('\n');
        foreach (var row in TableRows.All)
        {
            text.Append($"| {row.Client} | {await row.Version(_clients)} | {row.Protocol} | {row.Transport} |");
            foreach (var step in TableStep.All)
                text.Append(await WorksAsync(row, step) ? " yes |" : " no |");
            text.Append('\n');
        }
        return text.ToString();
    }

    private async Task<bool> WorksAsync(TableRow row, TableStep step)
    {
        try
        {
            await RunAsync(row, step);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private const string Heading =
        """
        # Clients

        Written by `ClientTableTests`, which runs each client against the server and compares this file. A disconnect counts when both
        sides give the reason that the protocol has for it. Of python-socketio, the asyncio client runs: it gives its application no
        reason, and may close the connection before its disconnect packet has left, so that a lost connection counts for it too.


        """;
}
