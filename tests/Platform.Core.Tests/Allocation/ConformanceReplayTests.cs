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
