using System.Globalization;
using Microsoft.Playwright;
using SocketIo.TestKit;
using static Microsoft.Playwright.Assertions;

namespace SocketIo.Functional.Tests.Browser;

/// <summary>Tabs of the cluster sample in Chromium, on several nodes behind nginx, and nodes that are killed.</summary>
[NonParallelizable]
public class ClusterSampleTests
{
    // A node is a process that starts anew, on a machine that may be busy.
    private static readonly LocatorAssertionsToHaveTextOptions UntilItIsUp = new() { Timeout = 60_000 };

    private Chromium _browser = null!;
    private SampleProcess _sample = null!;

    [SetUp]
    public async Task Start()
    {
        _sample = await SampleProcess.StartAsync("Cluster", null, "--RestartAfter", "3");
        _browser = await Chromium.StartAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _browser.DisposeAsync();
        await _sample.StopAsync();
        await _sample.DisposeAsync();
    }

    [Test]
    public async Task A_tab_whose_node_is_killed_goes_on_at_another_and_misses_nothing()
    {
        var (moving, staying) = await OpenOnTwoNodesAsync();
        var left = await NodeOfAsync(moving);
        await SayAsync(moving, "first");
        await SayAsync(staying, "second");
        foreach (var tab in new[] { moving, staying })
            await Expect(tab.GetByTestId("received")).ToContainTextAsync("second");

        await Node(staying, left).GetByRole(AriaRole.Button, new() { Name = "Kill" }).ClickAsync();
        await Expect(Node(staying, left).Locator(".status")).ToContainTextAsync("back in");
        await SayAsync(staying, "while a node was down");
        await Expect(moving.GetByTestId("received")).ToContainTextAsync("recovered, nothing was missed");
        await Expect(moving.GetByTestId("received")).ToContainTextAsync("while a node was down");
        Assert.That(await NodeOfAsync(moving), Is.Not.EqualTo(left));
        await KeepAsync(moving, "moved");

        await SayAsync(moving, "last");
        foreach (var tab in new[] { moving, staying })
        {
            await Expect(tab.GetByTestId("received")).ToContainTextAsync("last");
            Assert.That(await MessagesOfAsync(tab), Is.EqualTo(new[] { "first", "second", "while a node was down", "last" }));
        }

        await Expect(Node(staying, left).Locator(".status")).ToHaveTextAsync("up", UntilItIsUp);
        var until = await TicksOfAsync(staying) + 5;
        foreach (var (tab, moves) in new[] { (moving, "1"), (staying, "0") })
        {
            await tab.WaitForFunctionAsync($"lastTick >= {until}");
            await Expect(tab.GetByTestId("missing")).ToHaveTextAsync("0");
            await Expect(tab.GetByTestId("twice")).ToHaveTextAsync("0");
            await Expect(tab.GetByTestId("moves")).ToHaveTextAsync(moves);
        }
    }

    [Test]
    public async Task What_a_tab_sends_while_it_has_no_node_arrives_once()
    {
        var (moving, staying) = await OpenOnTwoNodesAsync();
        var left = await NodeOfAsync(moving);
        await moving.EvaluateAsync("void socket.io.on('close', () => { for (let i = 0; i < 3; i++) { $('say').elements.text.value = `kept ${i}`; $('say').requestSubmit(); } })");
        await Node(staying, left).GetByRole(AriaRole.Button, new() { Name = "Kill" }).ClickAsync();
        foreach (var tab in new[] { moving, staying })
        {
            await Expect(tab.GetByTestId("received")).ToContainTextAsync("kept 2");
            Assert.That(await MessagesOfAsync(tab), Is.EqualTo(new[] { "kept 0", "kept 1", "kept 2" }));
        }
    }

    [Test]
    public async Task It_fits_on_a_phone()
    {
        var tab = await OpenAsync();
        await tab.SetViewportSizeAsync(390, 780);
        await SayAsync(tab, "a message that has many words, so that it needs more than one line of a phone, andaverylongwordwithoutanyspaceinitatallsothatitmustbreak");
        await Expect(tab.GetByTestId("nodes").GetByText((await tab.GetByTestId("tab").InnerTextAsync())!)).ToBeVisibleAsync();
        Assert.That(await tab.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(390));
        await KeepAsync(tab, "phone");
    }

    [Test]
    public async Task Ended_or_killed_it_leaves_no_process_behind([Values] bool isKilled)
    {
        var processes = Descendants(_sample.Pid);
        Assert.That(processes.Select(static pid => NameOf(pid)), Does.Contain("redis-server").And.Contain("nginx"));
        Assert.That(processes, Has.Count.GreaterThanOrEqualTo(5));
        var folder = FolderOf(processes.Single(static pid => NameOf(pid) == "nginx"));
        Assert.That(folder, Does.Exist);
        if (isKilled)
            await _sample.KillAsync();
        else
            await _sample.StopAsync();
        await Deadlines.Eventually(() => processes.All(static pid => NameOf(pid) is null));
        if (isKilled)
            Directory.Delete(folder, recursive: true);
        else
            Assert.That(folder, Does.Not.Exist);
    }

    private static string Screenshots => Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots")).FullName;

    // nginx chooses by the tab's name: two of them may have the same node
    private async Task<(IPage First, IPage Other)> OpenOnTwoNodesAsync()
    {
        var first = await OpenAsync();
        while (true)
        {
            var other = await OpenAsync();
            if (await NodeOfAsync(other) != await NodeOfAsync(first))
                return (first, other);
            await other.CloseAsync();
        }
    }

    private async Task<IPage> OpenAsync()
    {
        var page = await _browser.OpenAsync(_sample.Address);
        await Expect(page.GetByTestId("state")).ToHaveTextAsync("online");
        await Expect(page.GetByTestId("node")).Not.ToHaveTextAsync("no node");
        await page.WaitForFunctionAsync("lastTick > 0");
        return page;
    }

    private static ILocator Node(IPage page, string name) => page.GetByTestId("nodes").Locator($"[data-name={name}]");

    private static async Task<string> NodeOfAsync(IPage page) => (await page.GetByTestId("node").InnerTextAsync()).Trim();

    private static async Task SayAsync(IPage page, string text)
    {
        await page.GetByTestId("text").FillAsync(text);
        await page.GetByTestId("send").ClickAsync();
        await Expect(page.GetByTestId("received")).ToContainTextAsync(text);
    }

    private static Task<string[]> MessagesOfAsync(IPage page) =>
        page.EvaluateAsync<string[]>("received.filter((entry) => entry.text !== undefined).map((entry) => entry.text)");

    private static Task<int> TicksOfAsync(IPage page) => page.EvaluateAsync<int>("lastTick");

    private static async Task KeepAsync(IPage page, string name)
    {
        var path = Path.Combine(Screenshots, $"cluster-{name}.png");
        await page.ScreenshotAsync(new() { Path = path });
        TestContext.AddTestAttachment(path);
    }

    private static List<int> Descendants(int pid)
    {
        List<int> found = [];
        foreach (var child in AllProcesses().Where(one => ParentOf(one) == pid))
            found.AddRange([child, .. Descendants(child)]);
        return found;
    }

    private static IEnumerable<int> AllProcesses() =>
        from folder in Directory.GetDirectories("/proc")
        let id = int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) ? pid : 0
        where id > 0
        select id;

    // nginx -p folder ...
    private static string FolderOf(int nginx) => File.ReadAllText($"/proc/{nginx}/cmdline").Split('\0')[2];

    private static int ParentOf(int pid) => Status(pid) is [_, _, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    // null when it has ended, also when nobody has waited for it yet
    private static string? NameOf(int pid) => Status(pid) is [var name, not "Z", ..] ? name : null;

    // pid (name) state parent ...
    private static string[]? Status(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var end = text.LastIndexOf(')');
            return [text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..end], .. text[(end + 2)..].Split(' ')];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
