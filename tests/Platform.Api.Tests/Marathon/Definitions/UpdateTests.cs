using Platform.Core.Apps;

namespace Platform.Api.Tests.Marathon.Definitions;

public sealed class UpdateTests
{
    private static readonly AppSpec Host = Definition.Read(Definition.With("\"instances\":2,\"env\":{\"A\":\"1\"},\"labels\":{\"x\":\"y\"},\"portDefinitions\":[{\"port\":8080,\"name\":\"web\"}]"));

    [Fact]
    public void Only_what_the_update_says_changes() => Definition.Update(Host, "{\"instances\":5}").ShouldBe(Host with { Instances = 5 });

    [Fact]
    public void An_update_that_says_nothing_changes_nothing() => Definition.Update(Host, "{}").ShouldBe(Host);

    [Fact]
    public void Maps_and_lists_are_replaced_as_a_whole()
    {
        var updated = Definition.Update(Host, "{\"env\":{\"B\":\"2\"},\"labels\":{}}");
        updated.Env.Keys.ShouldBe(["B"]);
        updated.Labels.ShouldBeEmpty();
    }

    [Fact]
    public void Legacy_ports_replace_port_definitions() =>
        Definition.Update(Host, "{\"ports\":[1,2]}").PortDefinitions.Select(p => p.Port).ShouldBe([1, 2]);

    [Fact]
    public void A_move_to_a_container_network_brings_as_many_mappings_as_there_were_ports()
    {
        var updated = Definition.Update(Host, "{\"networks\":[{\"mode\":\"container\",\"name\":\"foo\"}]}");
        updated.PortDefinitions.ShouldBeEmpty();
        updated.Container!.PortMappings.Count.ShouldBe(1);
    }

    [Fact]
    public void A_move_back_to_the_host_drops_the_mappings()
    {
        var container = Definition.Update(Host, "{\"networks\":[{\"mode\":\"container\",\"name\":\"foo\"}]}");
        var back = Definition.Update(container, "{\"networks\":[{\"mode\":\"host\"}]}");
        back.Container!.PortMappings.ShouldBeEmpty();
        back.PortDefinitions.ShouldBe([new PortDefinition { Name = "default" }]);
    }

    [Fact]
    public void Unreachable_strategy_can_be_disabled_and_enabled_again()
    {
        var disabled = Definition.Update(Host, "{\"unreachableStrategy\":\"disabled\"}");
        disabled.UnreachableStrategy.ShouldBeNull();
        Definition.Update(disabled, "{\"instances\":1}").UnreachableStrategy.ShouldBeNull();
        Definition.Update(disabled, "{\"unreachableStrategy\":{\"inactiveAfterSeconds\":1,\"expungeAfterSeconds\":2}}").UnreachableStrategy
            .ShouldBe(new UnreachableStrategy { InactiveAfterSeconds = 1, ExpungeAfterSeconds = 2 });
    }

    [Fact]
    public void The_platform_object_and_the_canary_are_changed_each_by_itself()
    {
        var canary = new CanarySpec { Steps = ["1"] };
        var both = Definition.Update(Host, "{\"platform\":{\"priority\":5},\"upgradeStrategy\":{\"minimumHealthCapacity\":1,\"maximumOverCapacity\":1,\"canary\":{\"steps\":[1]}}}");
        both.Extension.ShouldBe(new AppExtension { Priority = 5, Canary = canary });
        Definition.Update(both, "{\"platform\":{\"failureBudget\":2}}").Extension.ShouldBe(new AppExtension { FailureBudget = 2, Canary = canary });
        Definition.Update(both, "{\"platform\":{}}").Extension.ShouldBe(new AppExtension { Canary = canary });
        // A client of Marathon writes back what it knows of an upgrade strategy.
        Definition.Update(both, "{\"upgradeStrategy\":{\"minimumHealthCapacity\":1,\"maximumOverCapacity\":0}}").Extension.ShouldBe(both.Extension);
        Definition.Update(both, "{\"upgradeStrategy\":{\"minimumHealthCapacity\":1,\"maximumOverCapacity\":0,\"canary\":null}}").Extension.ShouldBe(new AppExtension { Priority = 5 });
        Definition.Update(both, "{\"platform\":{\"canary\":null}}").Extension.ShouldBeNull();
    }
}
