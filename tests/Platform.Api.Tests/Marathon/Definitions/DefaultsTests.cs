using System.Text.Json;
using Platform.Core.Apps;

namespace Platform.Api.Tests.Marathon.Definitions;

public sealed class DefaultsTests
{
    [Fact]
    public void Every_default_of_Marathon_is_filled_in()
    {
        var app = Definition.Read(Definition.With(""));
        app.ShouldBe(new AppSpec
        {
            Id = "/a",
            Cmd = "sleep 1",
            Networks = [new NetworkSpec { Mode = NetworkMode.Host }],
            PortDefinitions = [new PortDefinition { Name = "default" }],
        });
        (app.Cpus, app.Mem, app.Disk, app.Gpus, app.Instances).ShouldBe((1, 128, 0, 0, 1));
        (app.BackoffSeconds, app.BackoffFactor, app.MaxLaunchDelaySeconds).ShouldBe((1, 1.15, 300));
        app.UnreachableStrategy.ShouldBe(new UnreachableStrategy());
        app.Role.ShouldBe("*");
    }

    [Fact]
    public void An_answer_has_the_members_that_Marathon_always_wrote_and_no_others()
    {
        var names = Definition.WriteJson(Definition.Read(Definition.With(""))).EnumerateObject().Select(m => m.Name);
        names.ShouldBe(
        [
            "id", "backoffFactor", "backoffSeconds", "cmd", "cpus", "disk", "executor", "instances", "labels", "maxLaunchDelaySeconds", "mem", "gpus",
            "networks", "portDefinitions", "requirePorts", "upgradeStrategy", "killSelection", "unreachableStrategy", "role",
        ], ignoreOrder: true);
    }

    [Fact]
    public void A_container_always_shows_its_volumes()
    {
        var app = Definition.Read(Definition.With("\"container\":{\"type\":\"MESOS\"}"));
        Definition.WriteJson(app).GetProperty("container").GetProperty("volumes").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public void An_app_with_persistent_volumes_has_other_defaults()
    {
        var app = Definition.Read(Definition.With("""
            "container":{"type":"MESOS","volumes":[{"containerPath":"data","mode":"RW","persistent":{"size":10}}]}
            """));
        app.UpgradeStrategy.ShouldBe(new UpgradeStrategy { MinimumHealthCapacity = 0.5, MaximumOverCapacity = 0 });
        app.UnreachableStrategy.ShouldBeNull();
        var json = Definition.WriteJson(app);
        json.GetProperty("unreachableStrategy").GetString().ShouldBe("disabled");
        json.GetProperty("residency").GetProperty("taskLostBehavior").GetString().ShouldBe("WAIT_FOREVER");
    }

    [Fact]
    public void A_single_instance_app_is_never_doubled_during_an_update() =>
        Definition.Read(Definition.With("\"labels\":{\"MARATHON_SINGLE_INSTANCE_APP\":\"true\"}")).UpgradeStrategy
            .ShouldBe(new UpgradeStrategy { MinimumHealthCapacity = 0, MaximumOverCapacity = 0 });

    [Fact]
    public void Null_counts_as_absent() =>
        Definition.Read(Definition.With("\"args\":null,\"user\":null,\"container\":null,\"cpus\":null,\"constraints\":null,\"upgradeStrategy\":null"))
            .ShouldBe(Definition.Read(Definition.With("")));

    [Fact]
    public void Members_that_Marathon_does_not_know_are_passed_over() =>
        Definition.Read(Definition.With("\"storeUrls\":[],\"tasksRunning\":3,\"whatever\":{\"a\":[1]}")).ShouldBe(Definition.Read(Definition.With("")));

    [Fact]
    public void Of_a_member_that_is_given_twice_the_last_value_counts() =>
        Definition.Read(Definition.With("\"instances\":1,\"instances\":2")).Instances.ShouldBe(2);

    [Theory]
    [InlineData("web", "/", "/web")]
    [InlineData("/shop/web", "/", "/shop/web")]
    [InlineData("web", "/shop", "/shop/web")]
    [InlineData("../web", "/shop/front", "/shop/web")]
    [InlineData("/web/", "/shop", "/web")]
    [InlineData("//web", "/", "/web")]
    public void An_id_becomes_absolute(string id, string group, string expected) =>
        Definition.Read($$"""{"id":"{{id}}","cmd":"a"}""", new() { Group = group }).Id.ShouldBe(expected);

    [Fact]
    public void Dependencies_become_absolute() =>
        Definition.Read("""{"id":"web","cmd":"a","dependencies":["db","../queue","/other"]}""", new() { Group = "/shop/front" })
            .Dependencies.ShouldBe(["/shop/front/db", "/shop/queue", "/other"]);

    [Fact]
    public void Enumerations_are_read_without_regard_to_case()
    {
        var app = Definition.Read(Definition.With("\"killSelection\":\"oldest_first\",\"healthChecks\":[{\"protocol\":\"http\"}]"));
        app.KillSelection.ShouldBe(KillSelection.OldestFirst);
        app.HealthChecks[0].Protocol.ShouldBe("HTTP");
    }

    [Fact]
    public void A_health_check_without_a_port_means_the_first() =>
        Definition.Read(Definition.With("\"healthChecks\":[{\"path\":\"/\"}]")).HealthChecks[0].PortIndex.ShouldBe(0);

    [Fact]
    public void Whole_numbers_may_be_written_with_a_fraction_of_zero() =>
        Definition.Read(Definition.With("\"instances\":2.0")).Instances.ShouldBe(2);

    [Fact]
    public void A_secret_is_shown_by_its_source_and_never_by_a_value()
    {
        var app = Definition.Read(Definition.With("\"env\":{\"P\":{\"secret\":\"pw\"},\"Q\":\"x\"},\"secrets\":{\"pw\":{\"source\":\"/db/pw\"}}"));
        var json = Definition.WriteJson(app);
        json.GetProperty("env").GetProperty("P").GetProperty("secret").GetString().ShouldBe("pw");
        json.GetProperty("secrets").GetProperty("pw").GetProperty("source").GetString().ShouldBe("/db/pw");
    }

    [Fact]
    public void Extensions_that_say_nothing_are_none()
    {
        // 50 is the priority of apps that name none.
        Definition.Read(Definition.With("\"platform\":{\"priority\":50}")).Extension.ShouldBeNull();
        var least = Definition.Read(Definition.With("\"platform\":{\"priority\":0}"));
        least.Extension!.Priority.ShouldBe(0);
        Definition.WriteJson(least).GetProperty("platform").GetProperty("priority").GetInt32().ShouldBe(0);
    }

    [Fact]
    public void A_canary_of_the_upgrade_strategy_is_read_and_written_there()
    {
        var app = Definition.Read(Definition.With("\"upgradeStrategy\":{\"canary\":{\"steps\":[1,\"50%\"],\"promoteAfterSeconds\":10,\"traffic\":[2.5,\"50%\"]}}"));
        app.Extension!.Canary.ShouldBe(new CanarySpec { Steps = ["1", "50%"], PromoteAfterSeconds = 10, Traffic = [2.5, 50] });
        var json = Definition.WriteJson(app);
        json.TryGetProperty("platform", out _).ShouldBeFalse();
        json.GetProperty("upgradeStrategy").GetProperty("canary").GetProperty("steps")[0].ValueKind.ShouldBe(JsonValueKind.Number);
        json.GetProperty("upgradeStrategy").GetProperty("canary").GetProperty("traffic")[0].GetDouble().ShouldBe(2.5);
    }
}
