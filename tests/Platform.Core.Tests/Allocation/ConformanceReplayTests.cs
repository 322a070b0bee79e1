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

    /// <summary>Behaviour that goes beyond the original, and behaviour of the original's sorter and allocator that is not published as scenarios.</summary>
    public static IEnumerable<object[]> OwnScenarios() =>
        new[] { "allocator-scenarios.json", "mesos-behaviour.json" }.SelectMany(file => AllocatorReplay.Run(ConformanceFile.Read(file)).Lines).Select(line => new object[] { line });

    [Theory]
    [MemberData(nameof(OwnScenarios))]
    public void A_scenario_of_our_own_passes(string line) => line.ShouldEndWith(" pass");

    [Theory]
    [InlineData("sorter", "jump", "unknown sorter step 'jump'")]
    [InlineData("allocator", "jump", "unknown allocator step 'jump'")]
    public void An_unknown_step_fails_by_its_name(string member, string verb, string problem) =>
        AllocatorReplay.Run($$"""{"{{member}}":[{"id":"X","steps":[["{{verb}}"]]}]}""").Lines.ShouldHaveSingleItem().ShouldContain(problem);

    [Theory]
    [InlineData("""["agent"]""", "argument 1 is missing")]
    [InlineData("""["agent","a","cpus"]""", "'cpus' is not a resource of the form name:amount")]
    [InlineData("""["agent","a","cpus(r:1"]""", "has a '(' that is not closed")]
    [InlineData("""["agent","a","disk@TAPE:1"]""", "unknown disk source")]
    [InlineData("""["agent","a","cpus{MAY}:1"]""", "unknown mark")]
    [InlineData("""["agent","a","cpus:1",{"f":[]}]""", "")]
    [InlineData("""["agent","a","cpus:1",{},{"colour":"red"}]""", "unknown detail 'colour'")]
    [InlineData("""["framework","f",["r"],["FLY"]]""", "unknown capability 'FLY'")]
    [InlineData("""["decline","f","a","r","cpus:1",1]""", "there is no framework 'f'")]
    [InlineData("""["updateAgent","a","cpus:1"]""", "there is no agent 'a'")]
    [InlineData("""["advance","soon"]""", "")]
    [InlineData("""["weight","r",0]""", "")]
    [InlineData("[null]", "a step begins with the name of its verb")]
    [InlineData("[]", "a step is an array of a verb and its arguments")]
    public void A_bad_step_fails_by_itself_and_those_after_it_are_run(string step, string problem)
    {
        var json = $$$"""{"allocator":[{"id":"X","steps":[{{{step}}}]},{"id":"Y","steps":[["expectNone"]]}]}""";
        var lines = AllocatorReplay.Run(json).Lines;
        lines[0].ShouldStartWith("X fail step 1: expected a valid step, got ");
        lines[0].ShouldContain(problem);
        lines[1].ShouldBe("Y pass");
    }

    [Theory]
    [InlineData("""{"interval":60}""", 60)]
    [InlineData("""{"interval":"1mins"}""", 60)]
    [InlineData("""{"allocation_interval":"500ms"}""", 0.5)]
    [InlineData("""{"interval":null,"minAllocatable":null,"note":"anything"}""", 1)]
    public void The_interval_may_be_told_in_several_ways(string options, double seconds)
    {
        // What is added without a trigger is given by the batch at the end of the interval.
        string Outcome(double advance) => AllocatorReplay.Run(FormattableString.Invariant(
            $$$"""{"allocator":[{"id":"X","options":{{{options}}},"steps":[["framework0","f",["r"]],["agent0","a","cpus:1"],["advance",{{{advance}}}],["expectNone"]]}]}""")).Summary;
        Outcome(seconds - 0.1).ShouldBe("1 passed, 0 failed");
        Outcome(seconds).ShouldBe("0 passed, 1 failed");
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
