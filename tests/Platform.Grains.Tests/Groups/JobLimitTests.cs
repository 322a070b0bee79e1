using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Apps;
using Platform.Contracts.Jobs;
using Platform.Core.Groups;
using Platform.Core.Jobs;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Groups;

/// <summary>Limits of groups, with two gates: one of apps, one of jobs.</summary>
public sealed class JobLimitTests
{
    private const string Fix = "; ask for less, or have its limit raised";

    private static ChangeSet Put(string id, int instances = 1) =>
        new() { Apps = [new AppChange { AppId = id, Spec = new() { Id = id, Cmd = "sleep", Instances = instances, Cpus = 0.5, Mem = 64 } }], Force = true };

    private static ChangeSet Remove(string id) => new() { Apps = [new AppChange { AppId = id, Kind = AppChangeKind.Remove }], Force = true };

    private static JobSpec Job(string id, int tasks = 1) =>
        new() { Id = id, Task = new() { Command = new() { Shell = "true" }, Cpus = 0.5, Mem = 64 }, Array = tasks == 1 ? null : new(1, tasks) };

    private static Task<GrainTestHost> StartAsync(Action<IServiceCollection>? services = null) => ControlPlaneHost.StartAsync(services: collection =>
    {
        collection.AddSingleton<IIncomingGrainCallFilter>(new OwnerRecorder());
        services?.Invoke(collection);
    });

    private static IGroupGrain Tree(GrainTestHost host) => host.GetGrain<IGroupGrain>("/");

    private static IJobGraphGrain Jobs(GrainTestHost host) => host.GetGrain<IJobGraphGrain>(0);

    private static async Task<JobOutcome> PutAsync(GrainTestHost host, JobSpec spec) => (await Jobs(host).PutAsync(spec, JobPut.AddOrReplace)).Outcome;

    private static async Task<ChangeOutcome> ChangeAsync(GrainTestHost host, ChangeSet change) => (await Tree(host).ChangeAsync(change)).Outcome;

    private static async Task<GroupUse> UsedAsync(GrainTestHost host) => (await Tree(host).GetLimitsAsync())["/shop"].Used;

    [Fact]
    public async Task Each_gate_refuses_for_what_stands_behind_the_other_and_tells_all_of_it()
    {
        await using var host = await StartAsync();
        (await PutAsync(host, Job("shop.before"))).ShouldBe(JobOutcome.Done);
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 4, Jobs = 2, Cpus = 1.9 });
        (await ChangeAsync(host, Put("/shop/web", 2))).ShouldBe(ChangeOutcome.Accepted);

        var refused = await Jobs(host).PutAsync(Job("shop.deep.many", 3), JobPut.Add);
        refused.Outcome.ShouldBe(JobOutcome.Invalid);
        refused.Problems.Select(problem => $"{problem.Path}: {problem.Message}").ShouldBe(
        [
            "array: Group /shop may have 4 instances and would have 6, 4 of it for jobs" + Fix,
            "task.cpus: Group /shop may have 1.9 cpus and would have 3, 2 of it for jobs" + Fix,
        ]);
        (await Jobs(host).GetAsync("shop.deep.many")).ShouldBeNull();
        // With what else is wrong, as far as it can be counted; a check says the same and changes nothing.
        (await Jobs(host).CheckAsync(Job("shop.deep.many", 3) with { Parents = ["gone"] })).Select(problem => problem.Path).ShouldBe(["parents", "array", "task.cpus"]);
        (await Jobs(host).PutAsync(Job("shop.deep.many", 3) with { Parents = ["gone"] }, JobPut.Add)).Problems.Count.ShouldBe(3);
        (await Jobs(host).PutAsync(Job("shop.deep.many", -3), JobPut.Add)).Problems.Select(problem => problem.Path).ShouldAllBe(path => path.StartsWith("array"));
        (await Tree(host).ChangeAsync(Put("/shop/web", 4))).Problems.ToArray().ShouldBe(
        [
            "Group /shop may have 4 instances and would have 5, 1 of it for jobs" + Fix,
            "Group /shop may have 1.9 cpus and would have 2.5, 0.5 of it for jobs" + Fix,
        ]);
        (await UsedAsync(host)).ShouldBe(new GroupUse(1, 3, 1.5m, 192, 0, 0, 1));
        // What does not ask for more passes, whatever its group has beyond its limit.
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 0, Jobs = 0 });
        (await PutAsync(host, Job("shop.before") with { Description = "other" })).ShouldBe(JobOutcome.Done);
        (await Jobs(host).PutAsync(Job("shop.second"), JobPut.Add)).Problems.Select(problem => problem.Path).ShouldBe(["id", "id"]);
        (await PutAsync(host, Job("other.second"))).ShouldBe(JobOutcome.Done);
    }

    [Fact]
    public async Task Of_many_apps_and_jobs_at_once_only_as_many_pass_as_the_limit_lets()
    {
        await using var host = await StartAsync();
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 7 });

        var apps = Task.WhenAll(Enumerable.Range(0, 20).Select(i => ChangeAsync(host, Put($"/shop/a{i}"))));
        var jobs = Task.WhenAll(Enumerable.Range(0, 20).Select(i => PutAsync(host, Job($"shop.j{i}"))));

        ((await apps).Count(outcome => outcome == ChangeOutcome.Accepted) + (await jobs).Count(outcome => outcome == JobOutcome.Done)).ShouldBe(7);
        (await UsedAsync(host)).Instances.ShouldBe(7);
    }

    [Fact]
    public async Task What_a_job_gives_up_an_app_may_have_when_the_answer_is_there()
    {
        await using var host = await StartAsync();
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 5 });
        (await PutAsync(host, Job("shop.a", 5))).ShouldBe(JobOutcome.Done);
        (await ChangeAsync(host, Put("/shop/web", 1))).ShouldBe(ChangeOutcome.Invalid);

        (await PutAsync(host, Job("shop.a", 2))).ShouldBe(JobOutcome.Done);
        (await ChangeAsync(host, Put("/shop/web", 3))).ShouldBe(ChangeOutcome.Accepted);
        (await PutAsync(host, Job("shop.a", 3))).ShouldBe(JobOutcome.Invalid);
        await Jobs(host).RemoveAsync("shop.a", stopRuns: true, freeChildren: true);
        (await ChangeAsync(host, Put("/shop/web", 5))).ShouldBe(ChangeOutcome.Accepted);
        (await ChangeAsync(host, Remove("/shop/web"))).ShouldBe(ChangeOutcome.Accepted);
        (await PutAsync(host, Job("shop.a", 5))).ShouldBe(JobOutcome.Done);
        (await UsedAsync(host)).ShouldBe(new GroupUse(0, 5, 2.5m, 320, 0, 0, 1));
    }

    [Fact]
    public async Task A_job_that_was_let_through_and_is_not_stored_yet_counts_for_a_gate_that_has_started_since()
    {
        var claim = new HeldAnswer(typeof(IGroupGrain), nameof(IGroupGrain.ClaimJobsAsync));
        await using var host = await StartAsync(services => services.AddSingleton<IOutgoingGrainCallFilter>(claim));
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 5 });
        var put = PutAsync(host, Job("shop.a", 3));
        await claim.Held;

        await Tree(host).AbdicateAsync();
        (await ChangeAsync(host, Put("/shop/web", 3))).ShouldBe(ChangeOutcome.Invalid);
        (await ChangeAsync(host, Put("/shop/web", 2))).ShouldBe(ChangeOutcome.Accepted);
        claim.LetGo();

        (await put).ShouldBe(JobOutcome.Done);
        (await UsedAsync(host)).Instances.ShouldBe(5);
        (await PutAsync(host, Job("shop.b"))).ShouldBe(JobOutcome.Invalid);
    }

    [Fact]
    public async Task A_crash_between_the_two_gates_leaves_what_is_stored_and_nothing_else()
    {
        var claim = new HeldAnswer(typeof(IGroupGrain), nameof(IGroupGrain.ClaimJobsAsync));
        await using var host = await StartAsync(services => services.AddSingleton<IOutgoingGrainCallFilter>(claim));
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 5 });
        var put = PutAsync(host, Job("shop.a", 3));
        await claim.Held;

        await host.CrashAsync();

        put.Ignore();
        (await UsedAsync(host)).Instances.ShouldBe(0);
        (await ChangeAsync(host, Put("/shop/web", 5))).ShouldBe(ChangeOutcome.Accepted);
        (await PutAsync(host, Job("shop.a", 3))).ShouldBe(JobOutcome.Invalid);
        await host.CrashAsync();
        (await PutAsync(host, Job("shop.a"))).ShouldBe(JobOutcome.Invalid);
    }

    [Fact]
    public async Task A_job_that_could_not_be_stored_counts_no_more_when_its_gate_has_started_again()
    {
        await using var host = await StartAsync(UnreliableStore.AddTo);
        var store = host.Services.GetRequiredService<UnreliableStore>();
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 5 });
        (await ChangeAsync(host, Put("/shop/web", 2))).ShouldBe(ChangeOutcome.Accepted);
        var gate = Jobs(host).GetGrainId();

        // Half of the writes that fail are carried out all the same.
        for (var seed = 0; seed < 6; seed++)
        {
            store.Fail(1, seed, grain => grain == gate);
            await Should.ThrowAsync<StorageException>(() => PutAsync(host, Job("shop.a", 3)));
            store.Recover();
            var tasks = (await Jobs(host).GetAsync("shop.a")) is null ? 0 : 3;
            await AppFixture.UntilAsync(async () => (await UsedAsync(host)).Instances == 2 + tasks, "what is stored counts, and nothing else");
            (await ChangeAsync(host, Put("/shop/web", 6 - tasks))).ShouldBe(ChangeOutcome.Invalid);
            await Jobs(host).RemoveAsync("shop.a", stopRuns: true, freeChildren: true);
        }
    }

    [Fact]
    public async Task What_an_app_gives_up_a_job_may_have_when_that_is_stored()
    {
        var calls = new Arrivals();
        await using var host = await StartAsync(services =>
        {
            UnreliableStore.AddTo(services);
            services.AddSingleton<IIncomingGrainCallFilter>(calls);
        });
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 5 });
        (await ChangeAsync(host, Put("/shop/web", 5))).ShouldBe(ChangeOutcome.Accepted);
        var write = host.Services.GetRequiredService<UnreliableStore>().HoldNext(Tree(host).GetGrainId());
        var (changed, claimed) = (calls.Next(nameof(IGroupGrain.ChangeAsync)), calls.Next(nameof(IGroupGrain.ClaimJobsAsync)));
        var change = ChangeAsync(host, Put("/shop/web", 1));
        await Task.WhenAll(changed, write.Began);

        var put = PutAsync(host, Job("shop.a", 4));
        await claimed;
        write.Refuse();

        await Should.ThrowAsync<StorageException>(() => change);
        await Should.ThrowAsync<StorageException>(() => put);
        (await Jobs(host).GetAsync("shop.a")).ShouldBeNull();
        await AppFixture.UntilAsync(async () => (await UsedAsync(host)).Instances == 5, "what is stored counts, and nothing else");
    }

    [Fact]
    public async Task While_nobody_knows_what_jobs_come_to_nothing_grows_under_a_limit_and_everything_may_end()
    {
        var mute = new Mute();
        await using var host = await StartAsync(services => services.AddSingleton<IOutgoingGrainCallFilter>(mute));
        await Tree(host).SetLimitAsync("/shop", new() { Instances = 5 });
        (await ChangeAsync(host, Put("/shop/web", 3))).ShouldBe(ChangeOutcome.Accepted);
        mute.IsMute = true;
        await Tree(host).AbdicateAsync();

        await Should.ThrowAsync<TimeoutException>(() => ChangeAsync(host, Put("/shop/web", 4)));
        await Should.ThrowAsync<TimeoutException>(() => PutAsync(host, Job("shop.a")));
        (await ChangeAsync(host, Put("/other/web", 4))).ShouldBe(ChangeOutcome.Accepted);
        (await ChangeAsync(host, Remove("/shop/web"))).ShouldBe(ChangeOutcome.Accepted);

        mute.IsMute = false;
        (await PutAsync(host, Job("shop.a", 5))).ShouldBe(JobOutcome.Done);
        (await ChangeAsync(host, Put("/shop/web", 1))).ShouldBe(ChangeOutcome.Invalid);
    }

    /// <summary>Both gates end and lose writes at any time; what they have let through stays within the limit all the same.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_asked_for_and_whoever_dies_meanwhile_nothing_goes_beyond_the_limit(int seed)
    {
        const int Most = 12;
        await using var host = await StartAsync(UnreliableStore.AddTo);
        var store = host.Services.GetRequiredService<UnreliableStore>();
        await Tree(host).SetLimitAsync("/shop", new() { Instances = Most });
        var (tree, gate) = (Tree(host).GetGrainId(), Jobs(host).GetGrainId());
        for (var round = 0; round < 12; round++)
        {
            var chance = new Random(seed * 1000 + round);
            if (round % 3 != 2)
                store.Fail(0.15, seed * 100 + round, grain => grain == tree || grain == gate);
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => (chance.Next(8), chance.Next(4), chance.Next(1, 6))).Select(async what =>
            {
                var (kind, name, size) = what;
                try
                {
                    if (kind < 3)
                        await ChangeAsync(host, Put($"/shop/a{name}", size));
                    else if (kind < 6)
                        await PutAsync(host, Job($"shop.j{name}", size));
                    else if (kind == 6)
                        await (size < 3 ? (Task)ChangeAsync(host, Remove($"/shop/a{name}")) : Jobs(host).RemoveAsync($"shop.j{name}", stopRuns: true, freeChildren: true));
                    else if (size == 1)
                        await Tree(host).AbdicateAsync();
                }
                catch (Exception failure) when (failure is StorageException or InvalidOperationException or OrleansException)
                {
                    // The write failed, or the gate ended.
                }
            }));
            store.Recover();

            var apps = (await Tree(host).GetAppsAsync("/"))!.Value.Values.Sum(app => app.Spec.Instances);
            var jobs = (await Jobs(host).ListAsync()).Sum(spec => GroupUse.Of(spec).Instances);
            (apps + jobs).ShouldBeLessThanOrEqualTo(Most, $"round {round}");
            await AppFixture.UntilAsync(async () => (await UsedAsync(host)).Instances == apps + jobs, $"round {round}: what stands counts, and nothing else");
        }
    }

    /// <summary>The jobs' gate cannot be asked.</summary>
    private sealed class Mute : IOutgoingGrainCallFilter
    {
        public bool IsMute { get; set; }

        public Task Invoke(IOutgoingGrainCallContext context) =>
            IsMute && context.MethodName == nameof(IJobGraphGrain.GetUsesAsync) ? Task.FromException(new TimeoutException("The test lets nobody ask.")) : context.Invoke();
    }

    /// <summary>Tells when a method has been called, and has come to the first thing that it waits for.</summary>
    private sealed class Arrivals : IIncomingGrainCallFilter
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();

        public Task Next(string method) =>
            _awaited.GetOrAdd(method, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(TimeSpan.FromSeconds(60));

        public Task Invoke(IIncomingGrainCallContext context)
        {
            var call = context.Invoke();
            if (_awaited.TryGetValue(context.MethodName, out var awaited))
                awaited.TrySetResult();
            return call;
        }
    }
}
