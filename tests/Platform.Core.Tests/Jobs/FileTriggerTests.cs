using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Jobs;

public sealed class FileTriggerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_file_makes_one_run_on_its_agent_however_often_it_is_told()
    {
        var job = new SimulatedJob(Waiting());
        job.Begin(Noon);

        job.Model.FilesAppeared("a1", [File(7, "/in/x"), File(9, "/in/y")], Noon).ShouldBe(9);
        job.Restart();
        job.Model.FilesAppeared("a1", [File(7, "/in/x"), File(9, "/in/y"), File(10, "/in/z")], Noon.AddSeconds(1)).ShouldBe(10);
        // Each agent counts for itself.
        job.Model.FilesAppeared("a2", [File(3, "/in/x")], Noon.AddSeconds(1)).ShouldBe(3);

        job.Runs.Select(run => (run.AgentId, run.Environment[JobModel.FileVariable])).ShouldBe([("a1", "/in/x"), ("a1", "/in/y"), ("a1", "/in/z"), ("a2", "/in/x")]);
        job.Runs.ShouldAllBe(run => run.Trigger == RunTrigger.File);
        JobTasks.Demand(job.Runs[3], new() { TaskId = "t", RunId = "r" }, "job:inbox").PinnedAgent.ShouldBe("a2");
    }

    [Fact]
    public void A_file_that_cannot_be_taken_yet_is_not_lost()
    {
        // 12 in a minute: one comes back every 5 s.
        var job = new SimulatedJob(Waiting() with { Concurrency = ConcurrencyPolicy.Forbid, TriggersPerMinute = 12 });
        job.Begin(Noon);
        ValueList<AppearedFile> two = [File(1, "/in/x"), File(2, "/in/y")];

        job.Model.Pause("not now");
        job.Model.FilesAppeared("a1", two, Noon).ShouldBe(0);
        job.Model.Resume(Noon);
        job.Model.FilesAppeared("a1", two, Noon).ShouldBe(1);
        job.Run(Noon);
        job.PlaceAll(Noon);
        job.Model.FilesAppeared("a1", two, Noon.AddSeconds(1)).ShouldBe(1);
        job.End(job.Runs[0], TaskState.Finished, Noon.AddSeconds(2));
        job.Model.FilesAppeared("a1", two, Noon.AddSeconds(3)).ShouldBe(2);

        job.Runs.Count.ShouldBe(2);
        job.Head.Skipped.ShouldBe(0);
    }

    [Fact]
    public void Files_that_come_too_fast_wait_for_their_turn()
    {
        var job = new SimulatedJob(Waiting() with { TriggersPerMinute = 12 });
        job.Begin(Noon);
        var many = Enumerable.Range(1, 20).Select(number => File(number, $"/in/{number}")).ToValueList();

        job.Model.FilesAppeared("a1", many, Noon).ShouldBe(12);
        job.Model.FilesAppeared("a1", many, Noon.AddSeconds(11)).ShouldBe(14);
        job.Model.FilesAppeared("a1", many, Noon.AddMinutes(2)).ShouldBe(20);

        job.Runs.Select(run => run.Environment[JobModel.FileVariable]).ShouldBe(many.Select(file => file.Path));
    }

    [Theory]
    [InlineData("incoming", "/data/in")]
    [InlineData("incoming/", "/data/in")]
    [InlineData("incoming/orders/new", "/data/in/orders/new")]
    [InlineData("/data/in", "/data/in")]
    [InlineData("/data/in/orders", "/data/in/orders")]
    [InlineData("/srv/drop/", "/srv/drop")]
    [InlineData("/data/incoming", null)]
    [InlineData("/data", null)]
    [InlineData("/", null)]
    [InlineData("other", null)]
    [InlineData("incoming/../../etc", null)]
    [InlineData("/data/in/../../etc", null)]
    [InlineData("", null)]
    public void A_folder_is_one_that_the_agent_allows_or_lies_in_it(string folder, string? path)
    {
        var problems = new List<string>();
        var allowed = WatchFolders.Parse("incoming=/data/in, /srv/drop/", problems);
        problems.ShouldBeEmpty();

        WatchFolders.Resolve(folder, allowed).ShouldBe(path);
    }

    [Fact]
    public void What_an_agent_allows_is_read_with_every_problem()
    {
        var problems = new List<string>();

        WatchFolders.Parse("a=/x,a=/y,=/z,b c=/d,relative,e=/f/../g", problems).ShouldBe([new("a", "/x")]);

        problems.Count.ShouldBe(5);
    }

    [Theory]
    [InlineData("*", "a.csv", true)]
    [InlineData("*", ".a.csv.part", false)]
    [InlineData(".*", ".a", true)]
    [InlineData("*.csv", "a.csv", true)]
    [InlineData("*.csv", "a.CSV", false)]
    [InlineData("*.csv", "a.csv.gz", false)]
    [InlineData("order-??.txt", "order-07.txt", true)]
    [InlineData("order-??.txt", "order-7.txt", false)]
    public void A_pattern_means_names_as_a_shell_does(string pattern, string name, bool matches) => FilePattern.Matches(pattern, name).ShouldBe(matches);

    [Fact]
    public void Agents_look_that_allow_the_folder_and_fit()
    {
        (string, DateTimeOffset, FileTriggerSpec)[] jobs =
        [
            ("all", Noon, new() { Folder = "incoming" }),
            ("ssd", Noon, new() { Folder = "incoming/big", Pattern = "*.bin", Constraints = [new("disk", "IS", "ssd")] }),
            ("elsewhere", Noon, new() { Folder = "/etc" }),
        ];
        AllocatorAgent Agent(string attributes) => new() { Id = "a", Hostname = "h", Attributes = Attributes.Parse(attributes) };
        ValueList<WatchFolder> allowed = [new("incoming", "/in")];

        WatchFolders.Of(Agent("disk:ssd"), allowed, jobs).All.ShouldBe([new("all", "/in", "*", Noon), new("ssd", "/in/big", "*.bin", Noon)]);
        WatchFolders.Of(Agent("disk:hdd"), allowed, jobs).All.ShouldBe([new("all", "/in", "*", Noon)]);
        WatchFolders.Of(Agent("disk:ssd"), [], jobs).All.ShouldBeEmpty();
    }

    [Fact]
    public void A_definition_says_everything_that_is_wrong_with_its_files()
    {
        var spec = Waiting() with
        {
            Triggers =
            [
                new() { File = new() { Folder = "../x", Pattern = "a/b", Constraints = [new("rack", "UNIQUE"), new("rack", "IS", "a")] } },
                new() { Event = "deployment_success", File = new() { Folder = "incoming" } },
            ],
        };

        JobValidator.Validate(spec, Noon).Select(problem => problem.Path)
            .ShouldBe(["triggers[0].file.folder", "triggers[0].file.pattern", "triggers[0].file.constraints[0]", "triggers[1]"]);
    }

    private static AppearedFile File(long number, string path) => new("inbox", number, path);

    private static JobSpec Waiting() => new() { Id = "inbox", Task = new() { Command = new() { Shell = "true" } }, Triggers = [new() { File = new() { Folder = "incoming" } }] };
}
