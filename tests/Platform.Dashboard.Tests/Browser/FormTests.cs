using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>Rarer parts of definitions, written by form, to what the cluster has of them.</summary>
[Collection(BrowserCollection.Name)]
public sealed class FormTests(DashboardRun run)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 60_000 };

    [Fact]
    public async Task Secrets_fetched_files_and_persistent_volumes_of_an_app_are_written_in_the_form()
    {
        using (var stored = await run.Api.PutAsync(new Uri("/api/secrets/made/password", UriKind.Relative), new StringContent("""{"value": "sesame"}""", System.Text.Encoding.UTF8, "application/json")))
            stored.IsSuccessStatusCode.ShouldBeTrue();
        var page = await run.OpenAsync("/ui/new");
        await page.GetByLabel("Path", new() { Exact = true }).FillAsync("/made/secret");
        await page.GetByLabel("Command", new() { Exact = true }).FillAsync("sleep 100003");
        // What sleeps answers nobody.
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove health checks 1" }).ClickAsync();
        await AddPairAsync(page, "secrets", "Name here", "Path in the store", "pw", "made/password");
        await AddPairAsync(page, "variables with secrets", "Variable", "Name of the secret", "PASSWORD", "pw");
        await AddPairAsync(page, "environment", "Name", "Value", "COLOUR", "blue");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to fetched files" }).ClickAsync();
        await page.GetByLabel("Address, fetched files 1").FillAsync($"{run.Url}/ping");
        await page.GetByLabel("Name in the sandbox, fetched files 1").FillAsync("pong.txt");
        await page.GetByLabel("Unpack, fetched files 1").SelectOptionAsync("false");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to volumes" }).ClickAsync();
        await page.GetByLabel("Persistent, MB, volumes 1").FillAsync("16");
        // What goes with a volume that stays is written with it.
        await Expect(page.GetByLabel("Agent out of reach")).ToHaveValueAsync("disabled");
        await Expect(page.GetByLabel("Over at most, 0 to 1")).ToHaveValueAsync("0");
        await page.GetByLabel("Delay after a failure, s").FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "JSON", Exact = true }).ClickAsync();
        (await page.EditorTextAsync()).ShouldContain("\"unreachableStrategy\": \"disabled\"");
        await page.GetByRole(AriaRole.Button, new() { Name = "Form", Exact = true }).ClickAsync();
        await Expect(page.GetByLabel("Variable, variables with secrets 1")).ToHaveValueAsync("PASSWORD");
        await Expect(page.GetByLabel("Plan")).ToBeVisibleAsync(Patient);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await page.AtAsync("/ui/app/made/secret");
        await Expect(page.Locator(".facts").GetByText("1 of 1")).ToBeVisibleAsync(Patient);

        var app = (await run.AppAsync("/made/secret"))!;
        app["env"]!.ToJsonString().ShouldBe("""{"COLOUR":"blue","PASSWORD":{"secret":"pw"}}""");
        app["secrets"]!.ToJsonString().ShouldBe("""{"pw":{"source":"made/password"}}""");
        ((string)app["fetch"]![0]!["destPath"]!).ShouldBe("pong.txt");
        ((bool)app["fetch"]![0]!["extract"]!).ShouldBeFalse();
        ((double)app["container"]!["volumes"]![0]!["persistent"]!["size"]!).ShouldBe(16);
        ((double)app["backoffSeconds"]!).ShouldBe(2);
        ((string)app["residency"]!["taskLostBehavior"]!).ShouldBe("WAIT_FOREVER");

        // Its volume and its endpoint are on its page.
        await Expect(page.Locator(".deployment")).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Link, new() { Name = "Volumes", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Volumes on agents" })).ToContainTextAsync("#data");
        await page.GetByRole(AriaRole.Link, new() { Name = "Endpoints", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Service secret.made" })).ToContainTextAsync("Ready");
        // What the form does not change stays.
        await page.GetByRole(AriaRole.Link, new() { Name = "Edit", Exact = true }).ClickAsync();
        await page.GetByLabel("Value, environment 1").FillAsync("red");
        await page.GetByLabel("Value, environment 1").BlurAsync();
        await Expect(page.GetByLabel("Plan")).ToContainTextAsync("/env/COLOUR", new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await page.AtAsync("/ui/app/made/secret");
        (await run.AppAsync("/made/secret"))!["env"]!.ToJsonString().ShouldBe("""{"COLOUR":"red","PASSWORD":{"secret":"pw"}}""");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_pod_is_made_of_containers_in_the_form_and_a_problem_stands_at_its_field()
    {
        var page = await run.OpenAsync("/ui/new");
        await page.GetByLabel("a pod: each instance is several containers on one agent").CheckAsync();
        await page.AtAsync("/ui/new?kind=pod");
        await page.GetByLabel("Path", new() { Exact = true }).FillAsync("/made/pod");
        await page.GetByLabel("Command, container 1", new() { Exact = true }).FillAsync("sleep 100004");
        await page.GetByLabel("By HTTP at endpoint, container 1").FillAsync("");
        await page.GetByLabel("Path, container 1", new() { Exact = true }).FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a container" }).ClickAsync();
        await page.GetByLabel("Name, container 2", new() { Exact = true }).FillAsync("writer");
        await page.GetByLabel("Command, container 2", new() { Exact = true }).FillAsync("sleep 100005");
        await page.GetByLabel("Cpus, container 2", new() { Exact = true }).FillAsync("-1");
        await Expect(page.Locator("label:has([aria-label='Cpus, container 2']) .bad")).ToBeVisibleAsync(Patient);
        await run.PictureAsync(page, "pod-form");
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
        await page.GetByLabel("Cpus, container 2", new() { Exact = true }).FillAsync("0.1");
        await page.GetByLabel("Runs, container 2").SelectOptionAsync("sidecar");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to mounts of container 2" }).ClickAsync();
        await page.GetByLabel("Volume, mounts of container 2 1").FillAsync("site");
        await page.GetByLabel("Read only, mounts of container 2 1").SelectOptionAsync("true");
        await Expect(page.GetByLabel("Plan")).ToBeVisibleAsync(Patient);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await page.AtAsync("/ui/app/made/pod");
        await Expect(page.Locator(".facts").GetByText("1 of 1")).ToBeVisibleAsync(Patient);

        using var answer = await run.Api.GetAsync(new Uri("/v2/pods//made/pod", UriKind.Relative));
        var pod = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        pod["containers"]!.AsArray().Select(container => (string?)container!["name"]).ShouldBe(["server", "writer"]);
        ((string)pod["containers"]![1]!["exec"]!["command"]!["shell"]!).ShouldBe("sleep 100005");
        ((string)pod["containers"]![1]!["platform"]!["role"]!).ShouldBe("sidecar");
        ((bool)pod["containers"]![1]!["volumeMounts"]![0]!["readOnly"]!).ShouldBeTrue();
        pod["containers"]![0]!["healthCheck"].ShouldBeNull();

        // A container less, of a pod that is there.
        await Expect(page.Locator(".deployment")).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        await page.GotoAsync("/ui/edit/made/pod");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove container 2" }).ClickAsync();
        await Expect(page.GetByLabel("Plan")).ToContainTextAsync("/containers", new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await page.AtAsync("/ui/app/made/pod");
        using var after = await run.Api.GetAsync(new Uri("/v2/pods//made/pod", UriKind.Relative));
        System.Text.Json.Nodes.JsonNode.Parse(await after.Content.ReadAsStringAsync())!["containers"]!.AsArray().Count.ShouldBe(1);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Secrets_and_fetched_files_of_a_job_are_written_in_the_form()
    {
        using (var stored = await run.Api.PutAsync(new Uri("/api/secrets/made/key", UriKind.Relative), new StringContent("""{"value": "sesame"}""", System.Text.Encoding.UTF8, "application/json")))
            stored.IsSuccessStatusCode.ShouldBeTrue();
        var page = await run.OpenAsync("/ui/new-job");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("made-secret");
        await AddPairAsync(page, "variables with secrets", "Variable", "Path in the store", "KEY", "made/key");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to fetched files" }).ClickAsync();
        await page.GetByLabel("Address, fetched files 1").FillAsync($"{run.Url}/ping");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to volumes" }).ClickAsync();
        await page.GetByLabel("Inside, volumes 1").FillAsync("key.pem");
        await page.GetByLabel("File with the secret, path in the store, volumes 1").FillAsync("made/key");
        await Expect(page.Locator(".due li")).ToHaveCountAsync(10, new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await page.AtAsync("/ui/jobs/made-secret");
        using var answer = await run.Api.GetAsync(new Uri("/api/jobs/made-secret", UriKind.Relative));
        var task = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["spec"]!["task"]!;
        task["secrets"]!.ToJsonString().ShouldBe("""{"KEY":"made/key"}""");
        task["volumes"]!.ToJsonString().ShouldContain("made/key");
        task["fetch"]!.ToJsonString().ShouldContain("/ping");
        await page.Context.CloseAsync();
    }

    private static async Task AddPairAsync(IPage page, string of, string key, string value, string name, string text)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = $"Add to {of}", Exact = true }).ClickAsync();
        await page.GetByLabel($"{key}, {of} 1", new() { Exact = true }).FillAsync(name);
        await page.GetByLabel($"{value}, {of} 1", new() { Exact = true }).FillAsync(text);
        await page.GetByLabel($"{value}, {of} 1", new() { Exact = true }).BlurAsync();
    }
}
