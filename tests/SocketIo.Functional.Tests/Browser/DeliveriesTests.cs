using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SocketIo.Functional.Tests.Browser;

/// <summary>Shops and drivers of the deliveries sample in Chromium, with pages that are closed and a server that is killed.</summary>
[NonParallelizable]
public class DeliveriesTests
{
    private DirectoryInfo _folder = null!;
    private Chromium _browser = null!;
    private SampleProcess _sample = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("deliveries-");
        _sample = await StartAsync();
        _browser = await Chromium.StartAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _browser.DisposeAsync();
        await _sample.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Test]
    public async Task What_happens_while_a_page_is_closed_and_the_server_killed_is_there_when_it_is_opened_again()
    {
        var shop = await OpenAsync("shop", "Pizza Roma");
        var driver = await OpenAsync("driver", "Bob");
        await OrderAsync(shop, "2 pizza margherita", "12 Harbour Street");
        await Expect(driver.GetByTestId("orders")).ToContainTextAsync("2 pizza margherita");
        await driver.CloseAsync();
        await OrderAsync(shop, "1 tiramisu", "3 Mill Lane");
        await Expect(shop.GetByTestId("orders")).ToContainTextAsync("1 tiramisu");

        var port = _sample.Port;
        await _sample.DisposeAsync();
        await Expect(shop.GetByTestId("state")).ToHaveTextAsync("offline");
        await OrderAsync(shop, "4 espresso", "Town Hall");
        _sample = await StartAsync(port);
        await Expect(shop.GetByTestId("state")).ToHaveTextAsync("online");
        await Expect(shop.GetByTestId("orders")).ToContainTextAsync("4 espresso");

        driver = await OpenAsync("driver", "Bob");
        await Expect(driver.GetByTestId("orders").Locator(".card")).ToHaveCountAsync(3);
        await Expect(driver.GetByTestId("away")).ToContainTextAsync("happened while you were away");
        await driver.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, "driver.png") });

        await driver.GetByTestId("orders").Locator(".card", new() { HasText = "tiramisu" }).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(shop.GetByTestId("orders").Locator(".card", new() { HasText = "tiramisu" })).ToContainTextAsync("by Bob");
        await shop.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, "shop.png") });
    }

    [Test]
    public async Task Of_two_drivers_one_has_the_order()
    {
        var shop = await OpenAsync("shop", "Pizza Roma");
        await OrderAsync(shop, "1 calzone", "Old Mill");
        var drivers = new[] { await OpenAsync("driver", "Bob"), await OpenAsync("driver", "Cleo") };
        foreach (var driver in drivers)
            await Expect(driver.GetByTestId("orders").GetByRole(AriaRole.Button)).ToHaveCountAsync(1);
        // at once, as far as two pages can: the second may see the button go before
        await Task.WhenAll(drivers.Select(static driver => driver.EvaluateAsync("document.querySelector('#orders button')?.click()")));
        await Expect(shop.GetByTestId("orders")).ToContainTextAsync("by ");
        var winner = (await shop.GetByTestId("orders").InnerTextAsync()).Contains("by Bob", StringComparison.Ordinal) ? 0 : 1;
        await Expect(drivers[1 - winner].GetByTestId("orders").Locator(".card")).ToHaveCountAsync(0);
        await drivers[winner].GetByRole(AriaRole.Button, new() { Name = "Delivered" }).ClickAsync();
        await Expect(shop.GetByTestId("orders").Locator(".reached")).ToHaveCountAsync(3);
    }

    [Test]
    public async Task It_fits_on_a_phone()
    {
        var shop = await OpenAsync("shop", "Pizza Roma");
        await OrderAsync(shop, "2 pizza margherita and a very long wish of the customer", "12 Harbour Street, second floor, ring twice");
        var driver = await OpenAsync("driver", "Bob");
        foreach (var (page, name) in new[] { (shop, "phone-shop.png"), (driver, "phone-driver.png") })
        {
            await page.SetViewportSizeAsync(390, 780);
            await Expect(page.GetByTestId("orders").Locator(".card")).ToHaveCountAsync(1);
            Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(390));
            await page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, name) });
        }
    }

    private static string Screenshots => Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots")).FullName;

    private static async Task OrderAsync(IPage shop, string what, string where)
    {
        await shop.GetByTestId("what").FillAsync(what);
        await shop.GetByTestId("where").FillAsync(where);
        await shop.GetByTestId("ready").ClickAsync();
    }

    private Task<SampleProcess> StartAsync(int? port = null) =>
        SampleProcess.StartAsync("Deliveries", port, "--Store", Path.Combine(_folder.FullName, "deliveries.db"));

    private async Task<IPage> OpenAsync(string role, string name)
    {
        var page = await _browser.OpenAsync(_sample.Address);
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByTestId(role).ClickAsync();
        await Expect(page.GetByTestId("state")).ToHaveTextAsync("online");
        return page;
    }
}
