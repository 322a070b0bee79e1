using Platform.Core.Allocation;
using Platform.Core.Tests.Conformance;

namespace Platform.Core.Tests.AllocationModel;

public class ConformanceReplayTests
{
    public static IEnumerable<object[]> Scenarios() =>
        AllocatorReplay.Run(ConformanceFile.Text).Lines.Select(line => new object[] { line });

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_published_scenario_passes(string line) => line.ShouldEndWith(" pass");

    [Fact]
    public void All_published_scenarios_are_counted()
    {
        var report = AllocatorReplay.Run(ConformanceFile.Text);
        var scenarios = ConformanceFile.Root.GetProperty("sorter").GetArrayLength() + ConformanceFile.Root.GetProperty("allocator").GetArrayLength();
        report.Summary.ShouldBe($"{scenarios} passed, 0 failed");
    }

    public static IEnumerable<object[]> OwnScenarios() =>
        AllocatorReplay.Run(ConformanceFile.Read("allocator-scenarios.json")).Lines.Select(line => new object[] { line });

    [Theory]
    [MemberData(nameof(OwnScenarios))]
    public void A_scenario_of_our_own_passes(string line) => line.ShouldEndWith(" pass");

    [Theory]
    [InlineData("sorter", "jump", "unknown sorter step 'jump'")]
    [InlineData("allocator", "jump", "unknown allocator step 'jump'")]
    public void An_unknown_step_fails_by_its_name(string member, string verb, string problem) =>
        AllocatorReplay.Run($$"""{"{{member}}":[{"id":"X","steps":[["{{verb}}"]]}]}""").Lines.ShouldHaveSingleItem().ShouldContain(problem);

    [Fact]
    public void A_wrong_expectation_fails_with_the_step_and_what_came_instead()
    {
        const string Json = """{"allocator":[{"id":"X1","steps":[["framework","f1",["*"]],["agent","a1","cpus:1;mem:64"],["expectNone"]]}]}""";
        AllocatorReplay.Run(Json).Lines.ShouldHaveSingleItem()
            .ShouldBe("X1 fail step 3: expected nothing, got [[f1, *, a1, cpus:1; mem:64]]");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    public void A_file_of_another_form_is_refused(string json) => Should.Throw<FormatException>(() => AllocatorReplay.Run(json));
}
