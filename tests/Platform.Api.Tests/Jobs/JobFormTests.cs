using System.Text.Json.Nodes;
using Platform.Api.Chronos;
using Platform.Api.Jobs;
using Platform.Api.Metronome;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Api.Tests.Jobs;

/// <summary>A definition that is shown and sent again as it is shown is the same, whichever API it came by.</summary>
public sealed class JobFormTests
{
    [Theory]
    [InlineData("""
        {"id":"a","run":{"cpus":0.5,"mem":64,"disk":1,"ucr":{"image":{"id":"busybox","forcePull":true},"privileged":true},"networks":[{"mode":"container","name":"blue"}],"artifacts":[{"uri":"http://example.org/a","executable":true}],
         "env":{"A":"1","S":{"secret":"s"}},"secrets":{"s":{"source":"ops/s"},"f":{"source":"ops/f"}},"volumes":[{"containerPath":"/b","hostPath":"/a","mode":"RO"},{"containerPath":"/key","secret":"f"}],
         "restart":{"policy":"ON_FAILURE","activeDeadlineSeconds":120},"placement":{"constraints":[{"attribute":"rack","operator":"EQ","value":"r1"}]}},
         "schedules":[{"id":"nightly","cron":"0 3 L * *","timezone":"Europe/Paris","concurrencyPolicy":"FORBID"}]}
        """)]
    [InlineData("""{"id":"r","run":{"cmd":"true","restart":{"policy":"ON_FAILURE"}}}""")]
    [InlineData("""{"id":"b","description":"d","labels":{"a":"b"},"dependencies":[{"id":"a"}],"run":{"docker":{"image":"busybox","parameters":[{"key":"cap-add","value":"SYS_TIME"}]},"networks":[{"mode":"container/bridge"}]}}""")]
    public void Of_Metronome(string json)
    {
        var problems = new List<SpecProblem>();
        var (spec, schedule, concurrency) = MetronomeReader.ReadJob(new((JsonObject)JsonNode.Parse(json)!, "", "/", problems), null, null, problems);
        problems.ShouldBeEmpty();

        ShouldComeBack(schedule is null ? spec : spec with { Schedule = schedule, Concurrency = concurrency });
    }

    [Theory]
    [InlineData("""
        {"name":"c","command":"true","schedule":"R5/2026-03-01T13:00:00Z/P1D","scheduleTimeZone":"Europe/Paris","retries":1,"maxCompletionTime":60,"softError":true,"highPriority":true,"runAsUser":"nobody","owner":"ops@example.org",
         "fetch":[{"uri":"http://example.org/a","output_file":"b"}],"constraints":[["rack","EQUALS","r1"]],"environmentVariables":[{"name":"A","value":"1"}],
         "container":{"type":"MESOS","image":"busybox","network":"BRIDGE","forcePullImage":"true","volumes":[{"containerPath":"/v","external":{"name":"v","provider":"rexray","options":[{"key":"size","value":"5"}]}}]}}
        """)]
    public void Of_Chronos(string json)
    {
        var problems = new List<SpecProblem>();
        var spec = ChronosReader.Read(new((JsonObject)JsonNode.Parse(json)!, "", ".", problems), dependent: false);
        problems.ShouldBeEmpty();
        spec.Task.Image!.ForcePull.ShouldBeTrue();

        ShouldComeBack(spec);
    }

    // Names of secrets are the business of each API; where they are and what finds them is the same.
    private static void ShouldComeBack(JobSpec spec)
    {
        JobValidator.Validate(spec, new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero)).ShouldBeEmpty();
        var shown = JobWriter.Spec(spec);
        var problems = new List<SpecProblem>();

        var again = JobReader.Read(new((JsonObject)JsonNode.Parse(shown.ToJsonString())!, "", ".", problems), null);

        problems.ShouldBeEmpty();
        JobWriter.Spec(again).ToJsonString().ShouldBe(shown.ToJsonString());
        static JobSpec Plain(JobSpec spec) => spec with { Extras = default, Task = spec.Task with { Secrets = default, SecretFiles = default, Env = spec.Task.Env.Where(variable => variable.Value.Secret is null).ToValueMap() } };
        Plain(again).ShouldBe(Plain(spec));
        IEnumerable<string> Sources(JobSpec of) => of.Task.SecretFiles.Select(file => $"{file.Key} {of.Task.Secrets[file.Value]}")
            .Concat(of.Task.Env.Where(variable => variable.Value.Secret is not null).Select(variable => $"{variable.Key} {of.Task.Secrets[variable.Value.Secret!]}"));
        Sources(again).ShouldBe(Sources(spec), ignoreOrder: true);
    }
}
