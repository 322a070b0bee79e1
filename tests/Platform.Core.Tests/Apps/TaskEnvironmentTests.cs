using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Core.Tests.Apps;

public class TaskEnvironmentTests
{
    [Fact]
    public void Labels_become_variables_with_escaped_names()
    {
        Of(TaskEnvironment.OfLabels(ValueMap.Create(("my label", "x")))).ShouldBe(new Dictionary<string, string>
        {
            ["MARATHON_APP_LABELS"] = "MY_LABEL",
            ["MARATHON_APP_LABEL_MY_LABEL"] = "x",
        }, ignoreOrder: true);
    }

    [Fact]
    public void Labels_that_are_too_long_are_dropped()
    {
        // 512 less the 19 characters of MARATHON_APP_LABEL_ is 493.
        var labels = ValueMap.Create((new string('k', 493), "v"), (new string('l', 492), "v"), ("long", new string('v', 512)), ("fits", new string('v', 511)));

        Of(TaskEnvironment.OfLabels(labels)).Keys.ShouldBe(
            ["MARATHON_APP_LABELS", "MARATHON_APP_LABEL_FITS", "MARATHON_APP_LABEL_" + new string('L', 492)], ignoreOrder: true);
    }

    [Fact]
    public void Host_ports_are_given_by_index_by_number_and_by_name()
    {
        Of(TaskEnvironment.OfPorts([("http", 8080), (null, 0)], [31000, 31001], 1)).ShouldBe(new Dictionary<string, string>
        {
            ["PORT"] = "31000",
            ["PORTS"] = "31000,31001",
            ["PORT0"] = "31000",
            ["PORT1"] = "31001",
            ["PORT_8080"] = "31000",
            ["PORT_HTTP"] = "31000",
            // Not declared: under the number it got.
            ["PORT_31001"] = "31001",
        }, ignoreOrder: true);
    }

    [Fact]
    public void A_container_port_that_is_not_published_is_itself_and_is_not_among_PORTS()
    {
        Of(TaskEnvironment.OfPorts([("db", 5432), (null, 80)], [null, 31005], 1)).ShouldBe(new Dictionary<string, string>
        {
            ["PORT"] = "31005",
            ["PORTS"] = "31005",
            ["PORT0"] = "5432",
            ["PORT1"] = "31005",
            ["PORT_5432"] = "5432",
            ["PORT_DB"] = "5432",
            ["PORT_80"] = "31005",
        }, ignoreOrder: true);
    }

    [Fact]
    public void A_container_port_of_any_number_gets_one_above_1024_that_stays_the_same()
    {
        var first = Of(TaskEnvironment.OfPorts([("x", 0)], [null], 42));
        var port = int.Parse(first["PORT0"]);

        port.ShouldBeInRange(1025, 65535);
        first["PORT"].ShouldBe(first["PORT0"]);
        first["PORTS"].ShouldBe(first["PORT0"]);
        first["PORT_X"].ShouldBe(first["PORT0"]);
        first[$"PORT_{port}"].ShouldBe(first["PORT0"]);
        Of(TaskEnvironment.OfPorts([("x", 0)], [null], 42)).ShouldBe(first);
    }

    [Fact]
    public void Without_ports_there_is_no_variable() => TaskEnvironment.OfPorts([], [], 1).ShouldBeEmpty();

    [Theory]
    [InlineData(1, "1.0")]
    [InlineData(0.25, "0.25")]
    [InlineData(128, "128.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(10_000_000, "1.0E7")]
    public void Numbers_look_as_Scala_prints_them(double number, string text) => TaskEnvironment.Decimal(number).ShouldBe(text);

    [Fact]
    public void The_apps_own_variables_win_over_those_of_the_platform()
    {
        var spec = new AppSpec
        {
            Id = "/shop/web",
            Cmd = "run",
            Cpus = 0.5,
            Mem = 64,
            Env = ValueMap.Create(("HOST", new EnvValue { Text = "mine" }), ("TOKEN", new EnvValue { Secret = "token" })),
            Secrets = ValueMap.Create(("token", "shop/token")),
            PortDefinitions = [new() { Port = 10000, Name = "http" }],
        };
        var instance = AppSimulation.Instance("shop_web.instance-1", "v1", 1) with { Ports = [31000] };

        var task = new TaskTemplate(new(spec, "v1", "v1"), "app:/shop/web", ValueMap.Create(("token", "s3cret"))).Build(instance, []).Task!;

        task.Environment["HOST"].ShouldBe("mine");
        task.Environment["MARATHON_APP_ID"].ShouldBe("/shop/web");
        task.Environment["MARATHON_APP_RESOURCE_CPUS"].ShouldBe("0.5");
        task.Environment["MESOS_TASK_ID"].ShouldBe(instance.TaskId);
        task.Environment["PORT_HTTP"].ShouldBe("31000");
        task.Environment.ContainsKey("TOKEN").ShouldBeFalse();
        task.SecretEnvironment["TOKEN"].Value.ShouldBe("s3cret");
        task.Resources.Ports.Contains(31000).ShouldBeTrue();
        task.Resources.Scalar("cpus").ShouldBe(0.5);
        task.KillGraceSeconds.ShouldBe(3);
    }

    [Fact]
    public void A_secret_without_a_value_is_told_and_nothing_is_started()
    {
        var spec = new AppSpec { Id = "/a", Env = ValueMap.Create(("TOKEN", new EnvValue { Secret = "token" })), Secrets = ValueMap.Create(("token", "x")) };

        var build = new TaskTemplate(new(spec, "v1", "v1"), "app:/a", default).Build(AppSimulation.Instance("a", "v1", 1), []);

        build.Task.ShouldBeNull();
        build.Problem!.ShouldContain("'token'");
    }

    private static Dictionary<string, string> Of(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var all = new Dictionary<string, string>();
        foreach (var (name, value) in variables)
            all[name] = value;
        return all;
    }
}
