using Platform.Core.Jobs;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Jobs;

/// <summary>Files that appear on scripted agents.</summary>
public sealed class FileTriggerGrainTests
{
    [Fact]
    public async Task Agents_know_what_to_look_for_and_a_file_makes_one_run_on_its_agent_over_crashes()
    {
        await using var fixture = await JobFixture.StartAsync(agents: 2);
        var (plain, watching) = (fixture.Cluster.Agents[0], fixture.Cluster.Agents[1]);
        await fixture.PutAsync(Waiting("inbox", "incoming", "*.csv"));
        watching.Registers = registration => registration with { WatchFolders = [new("incoming", "/data/in")] };
        await watching.HangUpAsync();
        await watching.DialAsync();
        await AppFixture.UntilAsync(() => Task.FromResult(watching.Watches?.All.Count == 1), "the agent that dials in is told");
        watching.Watches!.All.Single().ShouldSatisfyAllConditions(watch => watch.JobId.ShouldBe("inbox"), watch => watch.Folder.ShouldBe("/data/in"), watch => watch.Pattern.ShouldBe("*.csv"));

        await watching.AppearAsync(new AppearedFile("inbox", 5, "/data/in/a.csv"));
        await watching.AppearAsync(new AppearedFile("inbox", 5, "/data/in/a.csv"));
        await AppFixture.UntilAsync(() => Task.FromResult(watching.Taken.Contains(new TakenFiles("inbox", 5))), "it is taken");
        await fixture.Cluster.Host.CrashAsync();
        await watching.DialAsync();
        await plain.DialAsync();
        await watching.AppearAsync(new AppearedFile("inbox", 5, "/data/in/a.csv"), new AppearedFile("inbox", 6, "/data/in/b.csv"));
        await AppFixture.UntilAsync(() => Task.FromResult(watching.Taken.Contains(new TakenFiles("inbox", 6))), "the next one is taken");
        await AppFixture.UntilAsync(() => Task.FromResult(watching.Running.Count() == 2), "both run where their files are");

        var specs = watching.Running.Select(task => watching.Specs[task].Environment).ToList();
        specs.Select(environment => environment[JobModel.FileVariable]).ShouldBe(["/data/in/a.csv", "/data/in/b.csv"], ignoreOrder: true);
        (await fixture.Job("inbox").GetStatusAsync())!.LiveRuns.ShouldAllBe(run => run.Run.Trigger == RunTrigger.File && run.Run.AgentId == watching.Id);
        plain.Launches.ShouldBeEmpty();

        // What changes is told at once, and only to whom it concerns.
        await fixture.PutAsync(Waiting("big", "/data/in/big", "*"));
        await AppFixture.UntilAsync(() => Task.FromResult(watching.Watches?.All.Count == 2), "another job waits");
        (await fixture.Graph.RemoveAsync("inbox", stopRuns: true, freeChildren: false)).Outcome.ShouldBe(Contracts.Jobs.JobOutcome.Done);
        await AppFixture.UntilAsync(() => Task.FromResult(watching.Watches?.All.Count == 1), "one job waits no more");
        plain.Watches.ShouldBeNull();
    }

    private static JobSpec Waiting(string id, string folder, string pattern) => JobFixture.Spec(id) with { Triggers = [new() { File = new() { Folder = folder, Pattern = pattern } }] };
}
