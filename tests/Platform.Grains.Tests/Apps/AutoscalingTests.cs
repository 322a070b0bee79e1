using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Pods;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Apps;

public class AutoscalingTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly SteppedTime _time = new();
    private readonly ScriptedMetrics _metrics = new();

    private static AppSpec Spec(AutoscalingSpec autoscaling, int instances = 2) => new()
    {
        Id = "/web",
        Cmd = "sleep 1000",
        Cpus = 0.5,
        Mem = 64,
        Instances = instances,
        PortDefinitions = [new() { Port = 10000, Name = "http" }],
        Extension = new() { Autoscaling = autoscaling },
    };

    private Task<AppFixture> StartAsync() => AppFixture.StartAsync(
        agents: 1,
        options => options.Agents.UnreachableAfter = TimeSpan.FromDays(1),
        services => services.AddSingleton<TimeProvider>(_time).AddSingleton<Grains.Apps.IMetricSource>(_metrics));

    /// <summary>The clock moves on to the next measurement, and that is over.</summary>
    private async Task<AppStatus> MeasureAsync(AppFixture cluster, string app = "/web")
    {
        await PassAsync();
        var now = _time.GetUtcNow();
        return await cluster.UntilAsync(app, status => status.Measured?.At == now, "it is measured");
    }

    /// <summary>The clock moves on to the next measurement, and whatever that did is done.</summary>
    private async Task PassAsync()
    {
        var done = _time.NextWaitAsync(Interval);
        _time.Advance(Interval);
        await done.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task The_number_of_instances_follows_their_cpu_and_the_event_shows_the_arithmetic()
    {
        await using var cluster = await StartAsync();
        var events = await EventRecorder.StartAsync(cluster.Host.GrainFactory);
        await cluster.PutAndWaitAsync(Spec(new() { Min = 1, Max = 5, Targets = [new() { Metric = "cpu", Value = 0.5 }], ScaleDownWindowSeconds = 60 }));

        await cluster.Agents[0].BeatAsync(cpus: 0.4, memoryBytes: 0);
        await MeasureAsync(cluster);

        // Each uses 0.4 of 0.5 cpus: 2 * 0.8 = 1.6, 1.6 / 0.5 = 3.2.
        var status = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 4), "four run");
        status.Autoscaled.ShouldBe(new() { Before = 2, Instances = 4, At = _time.GetUtcNow(), Arithmetic = "cpu: ceil(1.6 / 0.5) = 4" });
        status.Target.Spec.Instances.ShouldBe(2);
        var told = await events.NextAsync("autoscaling_event");
        told.Json.ShouldContain("\"appId\":\"/web\"");
        told.Json.ShouldContain("\"from\":2,\"to\":4,\"arithmetic\":\"cpu: ceil(1.6 / 0.5) = 4\"");

        // 4 * 0.2 / 0.5 = 1.6: two are enough, but not before that has been so for 60 s.
        await cluster.Agents[0].BeatAsync(cpus: 0.1, memoryBytes: 0);
        for (var seconds = 15; seconds < 60; seconds += 15)
            (await MeasureAsync(cluster)).Measured!.Instances.ShouldBe(4);
        (await MeasureAsync(cluster)).Measured!.Instances.ShouldBe(2);
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 2), "two are left");
    }

    [Fact]
    public async Task An_instance_of_a_pod_uses_what_its_containers_use_together()
    {
        await using var cluster = await StartAsync();
        var container = new PodContainerSpec { Name = "a", Command = new() { Shell = "sleep 1000" }, Cpus = 0.2, Mem = 16 };
        await cluster.PutAndWaitAsync(PodSpec.WithTotals(new()
        {
            Id = "/pod",
            Instances = 2,
            ExecutorResources = new() { Cpus = 0.1, Mem = 32, Disk = 10 },
            Extension = new() { Autoscaling = new() { Min = 1, Max = 5, Targets = [new() { Metric = "cpu", Value = 0.5 }] } },
            Pod = new() { Containers = [container, container with { Name = "b" }] },
        }));

        await cluster.Agents[0].BeatAsync(cpus: 0.2, memoryBytes: 0);

        // Two containers use 0.2 each of the 0.5 cpus of an instance: 2 * 0.8 = 1.6, 1.6 / 0.5 = 3.2.
        (await MeasureAsync(cluster, "/pod")).Measured!.Arithmetic.ShouldBe("cpu: ceil(1.6 / 0.5) = 4");
        await cluster.UntilAsync("/pod", pod => AppFixture.AllRun(pod, 4), "four run");
    }

    [Fact]
    public async Task The_decision_outlives_the_control_plane_and_ends_when_a_person_sets_the_number()
    {
        await using var cluster = await StartAsync();
        var spec = Spec(new() { Min = 1, Max = 5, Targets = [new() { Metric = "mem", Value = 0.5 }], ScaleDownWindowSeconds = 60 });
        await cluster.PutAndWaitAsync(spec);
        // 48 of 64 MB each: 2 * 0.75 / 0.5 = 3.
        await cluster.Agents[0].BeatAsync(cpus: 0, memoryBytes: 48 * 1024 * 1024);
        await MeasureAsync(cluster);
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3), "three run");

        await cluster.Host.CrashAsync();
        await cluster.Agents[0].DialAsync();

        var status = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3), "the same three run");
        status.Autoscaled!.Instances.ShouldBe(3);
        cluster.Agents[0].Launches.Count.ShouldBe(3);
        // Nothing was measured since the start, and so nothing changes.
        (await MeasureAsync(cluster)).Measured!.Arithmetic.ShouldBe("mem was not measured");
        // What was wished before the start is not known: 3 * 0.25 / 0.5 = 1.5, but three are kept until that was so for all of 60 s.
        await cluster.Agents[0].BeatAsync(cpus: 0, memoryBytes: 16 * 1024 * 1024);
        for (var seconds = 30; seconds < 60; seconds += 15)
            (await MeasureAsync(cluster)).Measured!.Arithmetic.ShouldBe("mem: ceil(0.75 / 0.5) = 2; the highest wish of the last 60 s is 3");
        (await MeasureAsync(cluster)).Measured!.Instances.ShouldBe(2);
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 2), "two are left");

        status = await cluster.PutAndWaitAsync(spec with { Instances = 1 });
        AppFixture.AllRun(status, 1).ShouldBeTrue();
        status.Autoscaled.ShouldBeNull();
    }

    [Fact]
    public async Task Requests_per_second_are_read_from_the_counters_of_the_instances()
    {
        await using var cluster = await StartAsync();
        await cluster.PutAndWaitAsync(Spec(new() { Min = 1, Max = 9, Targets = [new() { Metric = "requests", Value = 10, Path = "/stats" }] }));
        _metrics.Text = _ => "# TYPE http_requests_total counter\nhttp_requests_total{code=\"200\"} 1000\n";
        // One reading of a counter says nothing.
        (await MeasureAsync(cluster)).Measured!.Arithmetic.ShouldBe("requests was not measured");
        _metrics.Read.ShouldBe(["agent0.local/stats", "agent0.local/stats"]);

        _metrics.Text = _ => "http_requests_total{code=\"200\"} 1250\nhttp_requests_total{code=\"500\"} 50\n";
        await MeasureAsync(cluster);

        // 300 in 15 s are 20 per second and instance, 40 in all.
        var status = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 4), "four run");
        status.Autoscaled!.Arithmetic.ShouldBe("requests: ceil(40 / 10) = 4");
    }

    [Fact]
    public async Task A_worker_without_work_goes_to_zero_and_comes_back_with_the_queue_of_another_app()
    {
        await using var cluster = await StartAsync();
        await cluster.PutAndWaitAsync(new()
        {
            Id = "/queue",
            Cmd = "sleep 1000",
            Cpus = 0.1,
            Mem = 32,
            Instances = 1,
            PortDefinitions = [new() { Port = 10001, Name = "http" }],
        });
        await cluster.PutAndWaitAsync(Spec(new()
        {
            Min = 0,
            Max = 5,
            Targets = [new() { Metric = "queue_length", Value = 100, App = "/queue" }],
            ScaleDownWindowSeconds = 0,
        }));

        _metrics.Text = _ => "queue_length 0\n";
        (await MeasureAsync(cluster)).Measured!.Arithmetic.ShouldBe("queue_length of /queue: ceil(0 / 100) = 0");
        await cluster.UntilAsync("/web", app => app.Instances.IsEmpty, "none is left");
        (await MeasureAsync(cluster)).Measured!.Instances.ShouldBe(0);

        _metrics.Text = _ => "queue_length 250\n";
        await MeasureAsync(cluster);
        // ceil(250 / 100)
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3), "three run");
    }

    [Fact]
    public async Task A_deployment_that_runs_is_left_alone()
    {
        await using var cluster = await StartAsync();
        var spec = Spec(new() { Min = 1, Max = 9, Targets = [new() { Metric = "load", Value = 1 }] });
        await cluster.PutAndWaitAsync(spec);
        _metrics.Text = _ => "load 3\n";
        cluster.Agents[0].OnLaunch = _ => TaskState.Staging;
        await cluster.PutAsync(spec with { Cmd = "sleep 2000" });
        await cluster.UntilAsync("/web", app => app.Instances.Count == 4, "two new ones are staged beside two old ones");

        await PassAsync();

        (await cluster.App("/web").GetStatusAsync())!.Autoscaled.ShouldBeNull();
        _metrics.Read.ShouldBeEmpty();

        cluster.Agents[0].OnLaunch = _ => TaskState.Running;
        foreach (var task in cluster.Agents[0].Staged.ToList())
            await cluster.Agents[0].ReportAsync(task, TaskState.Running);
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the deployment ends");
        await MeasureAsync(cluster);
        // 2 * 3 / 1
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 6), "six run");
    }
}
