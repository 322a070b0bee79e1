using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>Every page in light and dark, wide and narrow: it shows, nothing is cut, and axe finds nothing serious.</summary>
[Collection(BrowserCollection.Name)]
public sealed class PictureTests(DashboardRun run)
{
    public static TheoryData<string, string, string> Pages => new()
    {
        { "overview", "/", "text=Resources held" },
        { "apps", "/ui/apps", "a:text-is('web')" },
        { "app", "/ui/app/shop/web", "th:text-is('Instance')" },
        { "app-waiting", "/ui/app/tools/too-big", "text=No agent could take one even if it were empty" },
        { "app-failures", "/ui/app/tools/broken?tab=failures", "text=cannot open the database" },
        { "app-configuration", "/ui/app/shop/web?tab=configuration", "pre.code" },
        { "jobs", "/ui/jobs?q=picture", "a:text-is('picture-nightly')" },
        { "job", "/ui/jobs/picture-nightly", ".lane-bar" },
        { "job-picture", "/ui/jobs/picture-mail?tab=graph", ".graph-node" },
        { "job-calendar", "/ui/jobs/picture-nightly?tab=calendar", "td .calendar-mark" },
        { "jobs-timeline", "/ui/jobs?q=picture&view=hour", ".lane-bar" },
        { "app-usage", "/ui/app/shop/web?tab=usage", "path.line-b[d^=M]" },
        { "job-edit", "/ui/edit-job/picture-nightly", ".due li" },
        { "services", "/ui/services?q=picture", "a:text-is('db.picture')" },
        { "service", "/ui/services/db.picture", "text=10.9.9.9:5432" },
        { "frameworks", "/ui/frameworks", "h1" },
        { "users", "/ui/users", "text=There is no account" },
        { "settings", "/ui/settings", "text=Unreachable after" },
        { "deployments", "/ui/deployments", "text=What deployments did" },
        { "agents", "/ui/agents", "a.cell" },
        { "events", "/ui/events", ".event" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_shows_in_light_and_dark_wide_and_narrow(string name, string path, string shows)
    {
        var page = await run.OpenAsync(path);
        await page.Locator(shows).First.WaitForAsync();
        await run.PictureAsync(page, name + "-light");
        await ShouldHaveNoSeriousFindingAsync(page);

        await page.GetByLabel("Dark colours").ClickAsync();
        await page.Locator("html.dark").WaitForAsync();
        await run.PictureAsync(page, name + "-dark");
        await ShouldHaveNoSeriousFindingAsync(page);

        await page.SetViewportSizeAsync(400, 900);
        await run.PictureAsync(page, name + "-narrow");
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0, "the page is wider than the window");
        await page.Context.CloseAsync();
    }

    private static async Task ShouldHaveNoSeriousFindingAsync(IPage page)
    {
        var found = await page.RunAxe();
        var serious = found.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}");
        string.Join('\n', serious).ShouldBeEmpty();
    }
}
