using Platform.Contracts.Secrets;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Pods;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Secrets;

/// <summary>Apps follow new values of their secrets, through crashes and whatever else is done to them meanwhile.</summary>
public sealed class SecretRotationTests : IDisposable
{
    private readonly string _key = Path.Combine(Path.GetTempPath(), $"secret-{Guid.NewGuid():N}.key");

    public void Dispose() => File.Delete(_key);

    private static AppSpec App(string id, SecretChange mode, int instances = 2) => new()
    {
        Id = id,
        Cmd = "sleep",
        Cpus = 0.1,
        Mem = 16,
        Instances = instances,
        Env = ValueMap.Create(("PASSWORD", new EnvValue { Secret = "pw" })),
        Secrets = ValueMap.Create(("pw", "shop/password")),
        Container = new() { Volumes = [new() { ContainerPath = "password", Secret = "pw" }] },
        Extension = mode == SecretChange.None ? null : new() { SecretChange = new() { Mode = mode, Signal = "SIGUSR1" } },
    };

    private Task<AppFixture> StartAsync(int agents = 1) => AppFixture.StartAsync(agents, options => options.Secrets.KeyFile = _key);

    private static async Task PutAsync(AppFixture fixture, string value) =>
        (await fixture.Host.GetGrain<ISecretGrain>(0).PutAsync("shop/password", new(value))).ShouldBeNull();

    private static string[] Passwords(AppFixture fixture) =>
        [.. fixture.Agents.SelectMany(agent => agent.Running.Select(task => agent.Specs[task].SecretEnvironment["PASSWORD"].Value)).Order(StringComparer.Ordinal)];

    private static Task UntilPasswordsAsync(AppFixture fixture, params string[] expected) =>
        AppFixture.UntilAsync(() => Task.FromResult(Passwords(fixture).SequenceEqual(expected)), $"tasks run with {string.Join(", ", expected)}");

    private static Task UntilIdleAsync(AppFixture fixture) =>
        AppFixture.UntilAsync(async () => (await fixture.Root.GetDeploymentsAsync()).IsEmpty, "no deployment runs");

    [Fact]
    public async Task An_app_that_asks_for_it_is_replaced_and_others_are_left_alone()
    {
        await using var fixture = await StartAsync();
        await PutAsync(fixture, "one");
        await fixture.PutAndWaitAsync(App("/rolls", SecretChange.Restart));
        var left = await fixture.PutAndWaitAsync(App("/stays", SecretChange.None, instances: 1));

        await PutAsync(fixture, "two");

        await UntilPasswordsAsync(fixture, "one", "two", "two");
        await UntilIdleAsync(fixture);
        (await fixture.App("/stays").GetStatusAsync())!.Instances.ShouldHaveSingleItem().TaskId.ShouldBe(left.Instances[0].TaskId);
    }

    [Fact]
    public async Task A_value_that_is_stored_again_as_it_was_changes_nothing()
    {
        await using var fixture = await StartAsync();
        await PutAsync(fixture, "one");
        var before = await fixture.PutAndWaitAsync(App("/rolls", SecretChange.Restart));
        await PutAsync(fixture, "one");

        // What follows an order is in the log: the next change of the app is the first one since.
        await PutAsync(fixture, "two");
        await UntilPasswordsAsync(fixture, "two", "two");
        await UntilIdleAsync(fixture);

        var versions = await fixture.App("/rolls").GetVersionsAsync();
        versions.Count.ShouldBe(2);
        versions[0].ShouldBe(before.Target.Version);
    }

    [Fact]
    public async Task Values_that_come_while_a_deployment_holds_the_app_are_rolled_after_it_and_the_last_one_wins_through_a_crash()
    {
        await using var fixture = await StartAsync();
        await PutAsync(fixture, "one");
        await fixture.PutAndWaitAsync(App("/rolls", SecretChange.Restart));
        // A deployment that does not end: its new instance is not healthy.
        fixture.Agents[0].HealthOfLaunched = null;
        var spec = App("/rolls", SecretChange.Restart) with { Cmd = "other", HealthChecks = [new() { GracePeriodSeconds = 1000 }] };
        (await fixture.PutAsync(spec)).Outcome.ShouldBe(ChangeOutcome.Accepted);
        await AppFixture.UntilAsync(() => Task.FromResult(fixture.Agents[0].Launches.Count > 2), "a new instance was launched");

        await PutAsync(fixture, "two");
        await PutAsync(fixture, "three");
        await fixture.Host.CrashAsync();
        await fixture.Agents[0].DialAsync();
        (await fixture.Root.GetDeploymentsAsync()).Count.ShouldBe(1);

        fixture.Agents[0].HealthOfLaunched = true;
        foreach (var task in fixture.Agents[0].Running)
            await fixture.Agents[0].ReportAsync(task, TaskState.Running, update => update with { Healthy = true });
        await UntilPasswordsAsync(fixture, "three", "three");
        await UntilIdleAsync(fixture);
        (await fixture.App("/rolls").GetVersionsAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Tasks_of_an_app_that_asks_for_a_signal_are_given_the_value_until_they_say_that_they_have_it()
    {
        await using var fixture = await StartAsync();
        var agent = fixture.Agents[0];
        await PutAsync(fixture, "one");
        var before = await fixture.PutAndWaitAsync(App("/told", SecretChange.Signal));
        agent.TakesSecrets = false;

        await PutAsync(fixture, "two");

        await AppFixture.UntilAsync(() => Task.FromResult(agent.Renewals.Count == 2), "both tasks are told");
        var renewal = agent.Renewals.First();
        (renewal.Environment["PASSWORD"].Value, renewal.Files["password"].Value, renewal.Signal).ShouldBe(("two", "two", 10));
        // The control plane dies before the agent has said that it has them, and the agent comes back with its old ones.
        await fixture.Host.CrashAsync();
        agent.Renewals.Clear();
        agent.TakesSecrets = true;
        await agent.DialAsync();
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Renewals.Select(one => one.TaskId).Distinct().Count() == 2), "both tasks are told again");
        // What is acknowledged is on the app's record.
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Reports.All(one => one.Status.SecretsAsOf == renewal.AsOf) && agent.Unacknowledged == 0), "both have it");
        (await fixture.App("/told").GetStatusAsync())!.Instances.AsEnumerable().Select(one => one.TaskId).Order(StringComparer.Ordinal)
            .ShouldBe(before.Instances.AsEnumerable().Select(one => one.TaskId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_pod_is_replaced_as_an_app_is()
    {
        await using var fixture = await StartAsync();
        await PutAsync(fixture, "one");
        var pod = App("/pod", SecretChange.Restart, instances: 1) with
        {
            Cmd = null,
            Container = null,
            Pod = new PodSpec { Containers = [new() { Name = "a", Cpus = 0.1, Mem = 16, Command = new() { Shell = "sleep" } }] },
        };
        await fixture.PutAndWaitAsync(pod);

        await PutAsync(fixture, "two");

        await UntilPasswordsAsync(fixture, "two");
    }
}
