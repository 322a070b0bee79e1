using System.Text.Json.Nodes;
using Platform.Api.Jobs;
using Platform.Api.Tests.Marathon.Definitions;
using Platform.Api.Tests.Marathon.Pods;
using Platform.Core.Jobs;
using Platform.Core.Placement;
using Platform.Core.Pods;
using Platform.Core.Schedules;

namespace Platform.Api.Tests;

/// <summary>What the folder <c>examples</c> offers to be added is accepted as it is.</summary>
public sealed class ExamplesTests
{
    private static string Folder
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Platform.sln")))
                folder = Path.GetDirectoryName(folder)!;
            return Path.Combine(folder, "examples");
        }
    }

    public static TheoryData<string> All => [.. Directory.GetFiles(Folder, "*.json").Select(Path.GetFileName).OfType<string>().Order()];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_example_is_a_definition_without_problems(string name)
    {
        var text = Read(name);
        var definition = JsonNode.Parse(text)!.AsObject();
        if (definition.ContainsKey("task"))
            ReadJob(definition);
        else if (definition.ContainsKey("containers"))
            PodText.Read(text);
        else
            Definition.Read(text);
    }

    [Fact]
    public void Containers_have_a_web_app_a_pod_with_a_sidecar_and_a_job()
    {
        var app = Definition.Read(Read("container.json"));
        app.Container!.Docker!.Image.ShouldNotBeEmpty();
        app.HealthChecks.ShouldHaveSingleItem();
        var pod = PodText.Read(Read("container-pod.json")).Pod!;
        pod.Containers.Select(container => container.Role).ShouldBe([PodContainerRole.Main, PodContainerRole.Sidecar]);
        pod.Containers.ShouldAllBe(container => container.Image != null);
        ReadJob(JsonNode.Parse(Read("container-job.json"))!.AsObject()).Task.Image!.Containerizer.ShouldBe(Containerizers.Docker);
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    private static JobSpec ReadJob(JsonObject definition)
    {
        var problems = new List<SpecProblem>();
        var spec = JobReader.Read(new(definition, "", ".", problems), null);
        problems.AddRange(JobValidator.Validate(spec, DateTimeOffset.UnixEpoch));
        problems.ShouldBeEmpty();
        return spec;
    }
}
