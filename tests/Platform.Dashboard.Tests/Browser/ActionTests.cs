using System.Runtime.CompilerServices;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>What an operator does, to its effect in the cluster.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ActionTests(DashboardRun run)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 60_000 };

    [Fact]
    public async Task An_app_is_created_by_form_scaled_changed_rolled_back_and_destroyed_by_its_name()
    {
        var page = await run.OpenAsync("/ui/new");
        await page.GetByLabel("Path").FillAsync("/made/here");
        await page.GetByLabel("Cpus of each").FillAsync("-1");
        await Expect(page.Locator("#problems")).ToContainTextAsync("/cpus");
        await page.GetByLabel("Cpus of each").FillAsync("0.1");
        await page.GetByLabel("Command").FillAsync("sleep 100001");
        await page.GetByRole(AriaRole.Button, new() { Name = "JSON", Exact = true }).ClickAsync();
        // The form and the JSON are in step.
        (await page.Locator("#json").InputValueAsync()).ShouldContain("sleep 100001");
        await page.Locator("#json").FillAsync("""{"id": "/made/here", "cmd": "sleep 100001", "cpus": 0.1, "mem": 32}""");
        await Expect(page.GetByLabel("Plan")).ToContainTextAsync("Starts on");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await page.AtAsync("/ui/app/made/here");
        await Expect(page.Locator(".facts").GetByText("1 of 1")).ToBeVisibleAsync(Patient);

        await page.GetByRole(AriaRole.Button, new() { Name = "Scale" }).ClickAsync();
        await page.GetByRole(AriaRole.Spinbutton, new() { Name = "Instances" }).FillAsync("2");
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(page.Locator(".facts").GetByText("2 of 2")).ToBeVisibleAsync(Patient);
        ((int)(await run.AppAsync("/made/here"))!["instances"]!).ShouldBe(2);

        await page.GotoAsync("/ui/app/made/here?tab=versions");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go back to it" }).Last.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Go back", Exact = true }).ClickAsync();
        await Expect(page.Locator(".facts").GetByText("1 of 1")).ToBeVisibleAsync(Patient);

        await page.GetByRole(AriaRole.Button, new() { Name = "Destroy" }).First.ClickAsync();
        var destroy = page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Destroy" });
        await Expect(destroy).ToBeDisabledAsync();
        await page.GetByLabel("Type /made/here to go on").FillAsync("/made/here");
        await destroy.ClickAsync();
        await page.AtAsync("/ui/apps");
        (await run.AppAsync("/made/here")).ShouldBeNull();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_changes_elsewhere_shows_without_reload()
    {
        var page = await run.OpenAsync("/ui/apps");
        await page.GetByText("web", new() { Exact = true }).WaitForAsync();
        await run.AddAppAsync("""{"id": "/later/come", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32}""");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "come" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "come" })).ToContainTextAsync("Running", new() { Timeout = 60_000 });
        using (await run.Api.DeleteAsync(new Uri("/v2/apps/later/come", UriKind.Relative)))
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = "come" })).ToBeHiddenAsync(new() { Timeout = 60_000 });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_output_of_an_instance_is_followed_in_its_colours_and_searched()
    {
        var page = await run.OpenAsync("/ui/app/shop/web?tab=logs");
        await Expect(page.Locator(".log .ansi-32").First).ToHaveTextAsync("served");
        var before = await page.Locator(".log-line").CountAsync();
        await Expect(page.Locator($".log-line >> nth={before}")).ToBeVisibleAsync();
        await page.GetByLabel("Search in the log").FillAsync("no such line");
        await Expect(page.Locator(".log")).ToContainTextAsync("No line has that");
        await run.PictureAsync(page, "logs");

        await page.GotoAsync("/ui/app/shop/web?tab=files");
        await page.GetByRole(AriaRole.Link, new() { Name = "stdout", Exact = true }).ClickAsync();
        await Expect(page.Locator("pre.code")).ToContainTextAsync("served");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_each_instance_uses_is_drawn_over_time()
    {
        var page = await run.OpenAsync("/ui/app/shop/web?tab=usage");
        var table = page.GetByRole(AriaRole.Region, new() { Name = "Use over the last hour" });
        await Expect(table.GetByRole(AriaRole.Row)).ToHaveCountAsync(3, new() { Timeout = 60_000 });
        // A shell needs some memory, whatever it does.
        await Expect(table.GetByRole(AriaRole.Img, new() { NameRegex = new("^Memory of .* to [0-9.]+ MB, of 32 MB held$") })).ToHaveCountAsync(2, new() { Timeout = 90_000 });
        await Expect(table.Locator("path.line-b").First).ToHaveAttributeAsync("d", new System.Text.RegularExpressions.Regex("^M"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_shell_is_opened_in_a_task()
    {
        var page = await run.OpenAsync("/ui/app/shop/db?tab=terminal");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open", Exact = true }).ClickAsync(new() { Timeout = 60_000 });
        var terminal = page.GetByRole(AriaRole.Region, new() { Name = "Terminal" });
        if (!IsBuiltWithTerminal())
        {
            await Expect(terminal).ToContainTextAsync("There is no terminal in this build");
            return;
        }
        // The shell runs when it answers; what is typed is echoed, what is counted is not.
        await Expect(terminal.Locator(".xterm-helper-textarea")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("echo $((40 + 2))-$MARATHON_APP_ID; stty size\n");
        await Expect(terminal.Locator(".xterm-rows")).ToContainTextAsync("42-/shop/db", new() { Timeout = 60_000 });
        await run.PictureAsync(page, "terminal");
        await page.Keyboard.TypeAsync("exit 3\n");
        await Expect(terminal.Locator(".xterm-rows")).ToContainTextAsync("ended with exit status 3", new() { Timeout = 60_000 });
        await page.Context.CloseAsync();
    }

    internal static bool IsBuiltWithTerminal([CallerFilePath] string file = "") =>
        File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "../../../dashboard/wwwroot/xterm/xterm.js"));

    [Fact]
    public async Task Everything_is_reached_by_keyboard_alone()
    {
        var page = await run.OpenAsync("/");
        var search = page.GetByRole(AriaRole.Combobox, new() { Name = "Search everything" });
        await page.Keyboard.TypeAsync("/shop/w");
        await Expect(page.GetByRole(AriaRole.Option).First).ToContainTextAsync("/shop/web");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("h1").GetByText("/shop/web").WaitForAsync();
        await Expect(search).ToBeHiddenAsync();
        await page.Keyboard.TypeAsync("gn");
        await page.AtAsync("/ui/agents");
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.PressAsync("Escape");
        await Expect(search).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByText("These keys")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_search_that_was_given_up_before_it_was_drawn_takes_no_key()
    {
        var page = await run.OpenAsync("/");
        // The moment between the search's drawing and its word that it can be typed into, made as long as this needs it.
        await page.EvaluateAsync("""
            () => {
              const begin = platform.beginSearch;
              let go;
              const held = new Promise(done => go = done);
              platform.letGo = go;
              platform.beginSearch = async input => { await held; begin(input); };
            }
            """);
        await page.Keyboard.PressAsync("Control+k");
        await page.Locator(".palette-input").WaitForAsync();
        await page.EvaluateAsync("document.activeElement?.blur()");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByText("These keys")).ToBeVisibleAsync(Patient);
        await page.EvaluateAsync("platform.letGo()");
        await Expect(page.Locator(".palette-input")).ToBeHiddenAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByText("These keys")).ToBeVisibleAsync(Patient);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_page_says_that_the_control_plane_is_away_and_goes_on_when_it_is_back()
    {
        var page = await run.OpenAsync("/ui/app/shop/web");
        await Expect(page.Locator(".facts").GetByText("2 of 2")).ToBeVisibleAsync(Patient);
        await run.KillServerAsync();
        await Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync(Patient);
        await run.PictureAsync(page, "away");
        await run.StartServerAsync();
        await Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync(new() { Timeout = 60_000 });
        await Expect(page.Locator(".facts").GetByText("2 of 2")).ToBeVisibleAsync(Patient);
        await page.Context.CloseAsync();
    }
}
