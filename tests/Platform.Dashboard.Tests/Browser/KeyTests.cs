using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>No key is lost, however far away the control plane is and however early it comes.</summary>
[Collection(BrowserCollection.Name)]
public sealed class KeyTests(DashboardRun run)
{
    private static readonly TimeSpan Far = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task What_follows_the_key_that_opens_the_search_is_typed_into_it()
    {
        await using var line = new SlowLine(new Uri(run.Url).Port, Far);
        var page = await run.NewPageAsync(line.Url);
        await page.GotoAsync("/ui/agents");
        await page.Locator("h1").First.WaitForAsync();
        await page.Keyboard.TypeAsync("/shop/x");
        await page.Keyboard.PressAsync("Backspace");
        await page.Keyboard.TypeAsync("web");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("h1").GetByText("/shop/web").WaitForAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Keys_count_before_the_page_is_drawn()
    {
        await using var line = new SlowLine(new Uri(run.Url).Port, Far);
        var page = await run.NewPageAsync(line.Url);
        await page.GotoAsync("/");
        await page.Keyboard.TypeAsync("/shop/web");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("h1").GetByText("/shop/web").WaitForAsync();

        await page.GotoAsync("/");
        await page.Keyboard.TypeAsync("gn");
        await page.AtAsync("/ui/agents");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Letters_count_after_the_arrows()
    {
        await using var line = new SlowLine(new Uri(run.Url).Port, Far);
        var page = await run.NewPageAsync(line.Url);
        await page.GotoAsync("/");
        await page.Locator("h1").First.WaitForAsync();
        await page.Keyboard.PressAsync("Control+k");
        var search = page.GetByRole(AriaRole.Combobox, new() { Name = "Search everything" });
        await Expect(search).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("sh");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.TypeAsync("op/db");
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
        await Expect(search).ToHaveValueAsync("shop/db");
        // The search goes by itself when it is drawn and sent away at once.
        await page.Keyboard.PressAsync("Escape");
        await Expect(search).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.TypeAsync("ga");
        await page.AtAsync("/ui/apps");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_keys_are_the_searchs_also_while_its_dialog_has_the_focus()
    {
        var page = await run.OpenAsync("/");
        await page.Keyboard.PressAsync("Control+k");
        var search = page.GetByRole(AriaRole.Combobox, new() { Name = "Search everything" });
        await Expect(search).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("s");
        // A dialog takes the focus when it is drawn, and it comes back a moment later: here it does only with the next key.
        await search.EvaluateAsync("""
            input => {
              const focus = input.focus;
              input.focus = () => {};
              const dialog = input.closest('[role=dialog]');
              dialog.tabIndex = -1;
              dialog.focus();
              setTimeout(() => input.focus = focus, 50);
              return new Promise(done => setTimeout(done, 100));
            }
            """);
        await Expect(search).Not.ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("hop/w");
        await Expect(search).ToHaveValueAsync("shop/w");
        await page.Keyboard.PressAsync("Enter");
        await page.AtAsync("/ui/app/shop/web");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Escape_leaves_a_dialog_from_the_moment_in_which_it_is_asked_for()
    {
        await using var line = new SlowLine(new Uri(run.Url).Port, Far);
        var page = await run.NewPageAsync(line.Url);
        await page.GotoAsync("/ui/app/shop/web");
        // Whoever waits until a dialog itself listens waits for ever.
        await page.EvaluateAsync("mudKeyInterceptor.connect = () => {}");
        var field = page.GetByRole(AriaRole.Spinbutton, new() { Name = "Instances" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Scale" }).ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Suspend" }).ClickAsync();
        await Expect(page.GetByText("Suspend /shop/web?")).ToBeVisibleAsync();
        await Expect(field).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByText("Suspend /shop/web?")).ToHaveCountAsync(0);

        // Of two, one above the other, the upper one alone.
        await page.GetByRole(AriaRole.Button, new() { Name = "Scale" }).ClickAsync();
        await Expect(field).ToBeVisibleAsync();
        await page.EvaluateAsync("document.activeElement.blur()");
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByText("These keys")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByText("These keys")).ToHaveCountAsync(0);
        await Expect(field).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(field).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_is_typed_into_the_search_of_a_page_stays_while_the_address_follows()
    {
        await using var line = new SlowLine(new Uri(run.Url).Port, Far);
        var page = await run.NewPageAsync(line.Url);
        await page.GotoAsync("/ui/apps");
        var search = page.GetByLabel("Search apps");
        await search.ClickAsync();
        await page.Keyboard.TypeAsync("too bigx");
        await page.Keyboard.PressAsync("Backspace");
        await page.AtAsync("/ui/apps?q=too%20big");
        await Expect(search).ToHaveValueAsync("too big");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "too-big", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "web" })).ToBeHiddenAsync();
        await page.Context.CloseAsync();
    }
}
