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
        await page.GetByLabel("Path", new() { Exact = true }).FillAsync("/made/here");
        await page.GetByLabel("Cpus of each").FillAsync("-1");
        await Expect(page.Locator("#problems")).ToContainTextAsync("/cpus");
        await page.GetByLabel("Cpus of each").FillAsync("0.1");
        await page.GetByLabel("Command", new() { Exact = true }).FillAsync("sleep 100001");
        await page.GetByRole(AriaRole.Button, new() { Name = "JSON", Exact = true }).ClickAsync();
        // The form and the JSON are in step.
        (await page.EditorTextAsync()).ShouldContain("sleep 100001");
        await page.TypeIntoEditorAsync("""{"id": "/made/here", "cmd": "sleep 100001", "cpus": 0.1, "mem": 32}""");
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
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "come", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "come" })).ToContainTextAsync("Running", new() { Timeout = 60_000 });
        using (await run.Api.DeleteAsync(new Uri("/v2/apps/later/come", UriKind.Relative)))
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = "come", Exact = true })).ToBeHiddenAsync(new() { Timeout = 60_000 });
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
    public async Task Ports_checks_constraints_and_volumes_are_written_in_the_form_and_a_problem_stands_in_its_row()
    {
        var page = await run.OpenAsync("/ui/new");
        await page.GetByLabel("Path", new() { Exact = true }).FillAsync("/made/rows");
        await page.GetByLabel("Command", new() { Exact = true }).FillAsync("sleep 100002");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to ports" }).ClickAsync();
        await page.GetByLabel("Name, ports 2").FillAsync("admin");
        await page.GetByLabel("Protocol, health checks 1").SelectOptionAsync("TCP");
        await page.GetByLabel("Path, health checks 1").FillAsync("");
        await page.GetByLabel("Every, s, health checks 1").FillAsync("-3");
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Health checks 1" }).Locator(".bad")).ToBeVisibleAsync(Patient);
        await page.GetByLabel("Every, s, health checks 1").FillAsync("7");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to constraints" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to volumes" }).ClickAsync();
        await page.GetByLabel("On the machine, volumes 1").FillAsync("/tmp");
        await page.GetByLabel("Mode, volumes 1").SelectOptionAsync("RO");
        await run.PictureAsync(page, "app-form");
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
        await page.GetByLabel("Instances").FillAsync("0");
        await Expect(page.GetByLabel("Plan")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await page.AtAsync("/ui/app/made/rows");

        var app = (await run.AppAsync("/made/rows"))!;
        app["portDefinitions"]!.AsArray().Select(port => (string?)port!["name"]).ShouldBe(["http", "admin"]);
        ((string)app["healthChecks"]![0]!["protocol"]!).ShouldBe("TCP");
        ((int)app["healthChecks"]![0]!["intervalSeconds"]!).ShouldBe(7);
        app["constraints"]!.ToJsonString().ShouldBe("""[["hostname","UNIQUE"]]""");
        ((string)app["container"]!["volumes"]![0]!["hostPath"]!).ShouldBe("/tmp");
        ((string)app["container"]!["volumes"]![0]!["mode"]!).ShouldBe("RO");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_editor_shows_a_problem_where_it_is_and_leaves_scripts_of_others_alone()
    {
        var page = await run.OpenAsync("/ui/new");
        var refused = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                refused.Add(message.Text);
        };
        await page.GetByRole(AriaRole.Button, new() { Name = "JSON", Exact = true }).ClickAsync();
        await page.TypeIntoEditorAsync("{\n  \"id\": \"/made/wrong\",\n  \"cmd\": \"sleep 1\",\n  \"cpus\": -1\n}");
        await page.Locator(".editor-rich .squiggly-error").First.WaitForAsync(new() { Timeout = 60_000 });
        (await page.EvaluateAsync<string>("(m => `${m.startLineNumber}:${m.startColumn}-${m.endColumn}`)(monaco.editor.getModelMarkers({ owner: 'platform' })[0])")).ShouldBe("4:3-13");
        await run.PictureAsync(page, "editor");
        // Mended in the form, it is gone from the editor, too.
        await page.GetByRole(AriaRole.Button, new() { Name = "Form", Exact = true }).ClickAsync();
        await page.GetByLabel("Cpus of each").FillAsync("0.1");
        await Expect(page.GetByLabel("Plan")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "JSON", Exact = true }).ClickAsync();
        (await page.EditorTextAsync()).ShouldContain("\"cpus\": 0.1");
        refused.ShouldBeEmpty();

        // The loader of the editor's modules takes no script for its own that is none.
        await page.GetByRole(AriaRole.Link, new() { Name = "Apps" }).First.ClickAsync();
        await page.EvaluateAsync("Blazor.navigateTo('/ui/app/shop/db?tab=terminal')");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open", Exact = true }).ClickAsync(new() { Timeout = 60_000 });
        if (IsBuiltWithTerminal())
            await Expect(page.Locator(".xterm-helper-textarea")).ToBeFocusedAsync(new() { Timeout = 60_000 });
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
