using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SocketIo.Functional.Tests.Browser;

/// <summary>Two tabs of the chat sample in Chromium, on the client bundle that the server serves.</summary>
[NonParallelizable]
public class ChatTests
{
    // The client waits longer after each attempt that came too early, up to 5 s and half as much again.
    private static readonly LocatorAssertionsToBeHiddenOptions UntilItIsBack = new() { Timeout = 20_000 };

    private Chromium _browser = null!;
    private SampleProcess _sample = null!;

    [SetUp]
    public async Task Start()
    {
        _sample = await SampleProcess.StartAsync("Chat");
        _browser = await Chromium.StartAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _browser.DisposeAsync();
        await _sample.DisposeAsync();
    }

    [Test]
    public async Task Two_people_see_each_other_type_talk_and_leave()
    {
        var ann = await EnterAsync("Ann");
        var bob = await EnterAsync("Bob");
        await Expect(ann.GetByTestId("people")).ToContainTextAsync("Bob");
        await Expect(bob.GetByTestId("people")).ToContainTextAsync("Ann");

        await bob.GetByTestId("message").PressSequentiallyAsync("hello <b>Ann</b>");
        await Expect(ann.GetByTestId("typing")).ToContainTextAsync("Bob");
        await bob.GetByTestId("send").ClickAsync();
        await Expect(ann.GetByTestId("log")).ToContainTextAsync("hello <b>Ann</b>");
        await Expect(bob.GetByTestId("log")).ToContainTextAsync("hello <b>Ann</b>");
        await Expect(ann.GetByTestId("typing")).Not.ToContainTextAsync("Bob");
        await KeepAsync(ann, "talk");

        await bob.CloseAsync();
        await Expect(ann.GetByTestId("people")).Not.ToContainTextAsync("Bob");
        await Expect(ann.GetByTestId("log")).ToContainTextAsync("Bob left");
    }

    [Test]
    public async Task A_private_message_reaches_its_person_only()
    {
        var ann = await EnterAsync("Ann");
        var bob = await EnterAsync("Bob");
        var eve = await EnterAsync("Eve");

        await ann.GetByTestId("people").GetByText("Bob").ClickAsync();
        await SayAsync(ann, "just you");
        await Expect(bob.GetByTestId("log")).ToContainTextAsync("just you");

        // what Ann says to all comes later, so Eve has seen all that could have reached her
        await ann.GetByTestId("recipient-clear").ClickAsync();
        await SayAsync(ann, "everybody");
        await Expect(eve.GetByTestId("log")).ToContainTextAsync("everybody");
        await Expect(eve.GetByTestId("log")).Not.ToContainTextAsync("just you");
    }

    [Test]
    public async Task A_room_keeps_its_messages_to_itself()
    {
        var ann = await EnterAsync("Ann");
        var bob = await EnterAsync("Bob");
        await bob.GetByTestId("room-name").FillAsync("garden");
        await bob.GetByTestId("join-room").ClickAsync();
        await Expect(bob.GetByTestId("room-title")).ToContainTextAsync("garden");

        await SayAsync(ann, "in the lobby");
        await SayAsync(bob, "in the garden");
        await Expect(bob.GetByTestId("log")).ToContainTextAsync("in the garden");
        await Expect(ann.GetByTestId("log")).ToContainTextAsync("in the lobby");
        await Expect(bob.GetByTestId("log")).Not.ToContainTextAsync("in the lobby");
        await Expect(ann.GetByTestId("log")).Not.ToContainTextAsync("in the garden");
    }

    [Test]
    public async Task After_a_server_restart_the_tabs_come_back_by_themselves()
    {
        var ann = await EnterAsync("Ann");
        var bob = await EnterAsync("Bob");
        var port = _sample.Port;

        await _sample.DisposeAsync();
        await Expect(ann.GetByTestId("banner")).ToBeVisibleAsync();
        await KeepAsync(ann, "reconnecting");

        _sample = await SampleProcess.StartAsync("Chat", port);
        await Expect(ann.GetByTestId("banner")).ToBeHiddenAsync(UntilItIsBack);
        await Expect(bob.GetByTestId("banner")).ToBeHiddenAsync(UntilItIsBack);
        await Expect(ann.GetByTestId("people")).ToContainTextAsync("Bob");
        await SayAsync(ann, "we are back");
        await Expect(bob.GetByTestId("log")).ToContainTextAsync("we are back");
        await KeepAsync(bob, "reconnected");
    }

    private async Task<IPage> EnterAsync(string name)
    {
        var page = await _browser.OpenAsync(_sample.Address);
        await page.GetByTestId("name").FillAsync(name);
        await page.GetByTestId("enter").ClickAsync();
        await Expect(page.GetByTestId("chat")).ToBeVisibleAsync();
        return page;
    }

    private static async Task SayAsync(IPage page, string text)
    {
        await page.GetByTestId("message").FillAsync(text);
        await page.GetByTestId("send").ClickAsync();
        await Expect(page.GetByTestId("log")).ToContainTextAsync(text);
    }

    // Attached to the test's result, for people to look at.
    private static async Task KeepAsync(IPage page, string name)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"chat-{name}.png");
        await page.ScreenshotAsync(new() { Path = path });
        TestContext.AddTestAttachment(path);
    }
}
