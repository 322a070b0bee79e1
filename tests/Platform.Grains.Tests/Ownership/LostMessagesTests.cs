using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Jobs;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Ownership;

/// <summary>A message that is lost, question or answer, is noticed by who depends on it and told again: no call's time-out decides when.</summary>
public sealed class LostMessagesTests
{
    private static AppSpec App(int instances, string cmd = "sleep 1000") => new() { Id = "/web", Cmd = cmd, Cpus = 0.1, Mem = 32, Instances = instances };

    public static TheoryData<string> Kinds => new(
        nameof(IDeploymentGrain.StartAsync),
        nameof(IDeploymentGrain.ActionEndedAsync),
        nameof(IGroupGrain.DeploymentEndedAsync),
        nameof(IAppGrain.ExecuteAsync),
        nameof(ITaskOwnerGrain.PlacedAsync),
        nameof(ITaskOwnerGrain.TaskStatusAsync),
        nameof(IAllocatorGrain.SubmitAsync),
        nameof(IAllocatorGrain.ReleaseAsync),
        nameof(IAllocatorGrain.AgentAddedAsync),
        nameof(IAgentGrain.LaunchAsync),
        nameof(IAgentGrain.KillAsync),
        nameof(IAgentSession.SendAsync));

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task The_first_question_of_a_kind_may_be_lost(string kind) => LiveAsync(kind, new((name, number) => name == kind && number == 0, (_, _) => false));

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task The_first_answer_of_a_kind_may_be_lost(string kind) => LiveAsync(kind, new((_, _) => false, (name, number) => name == kind && number == 0));

    // Also each time it is asked by another one: agents, then the app, then the allocator that begins anew.
    [Theory]
    [InlineData(nameof(IDirectoryGrain.AddAsync), true)]
    [InlineData(nameof(IDirectoryGrain.AddAsync), false)]
    [InlineData(nameof(IDirectoryGrain.RemoveAsync), true)]
    [InlineData(nameof(IDirectoryGrain.RemoveAsync), false)]
    [InlineData(nameof(IDirectoryGrain.ListAsync), true)]
    [InlineData(nameof(IDirectoryGrain.ListAsync), false)]
    public Task Every_second_question_or_answer_of_a_directory_may_be_lost(string kind, bool question)
    {
        bool IsLost(string name, int number) => name == kind && number % 2 == 0;
        return LiveAsync(kind, new((name, number) => question && IsLost(name, number), (name, number) => !question && IsLost(name, number)));
    }

    [Fact]
    public async Task Each_frame_of_a_session_reaches_the_agent_in_its_order()
    {
        var lost = new LostMessages((name, number) => name == nameof(IAgentSession.SendAsync) && number % 3 == 1, (_, _) => false);
        await using var cluster = await StartAsync(lost);
        var agent = cluster.Agents[0];
        var grain = cluster.Host.GetGrain<IAgentGrain>(agent.Id);
        var told = Enumerable.Range(1, 12).Select(i => new TakenFiles("job", i)).ToList();

        foreach (var taken in told)
            await grain.FilesTakenAsync(taken);

        await AppFixture.UntilAsync(() => Task.FromResult(agent.Taken.Count == told.Count), "all frames have arrived");
        agent.Taken.ShouldBe(told);
        lost.Lost.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_message_in_ten_may_be_lost(int seed)
    {
        bool IsLost(string name, int number, int half) => new Random((((seed * 31) + name.Sum(letter => letter)) * 31 + number) * 31 + half).Next(20) == 0;
        var lost = new LostMessages((name, number) => IsLost(name, number, 0), (name, number) => IsLost(name, number, 1));
        await using var cluster = await StartAsync(lost);
        for (var round = 0; round < 3; round++)
        {
            await cluster.PutAndWaitAsync(App(3, $"sleep {1000 + round}"));
            await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3), "all run");
        }
        await RemoveAsync(cluster);
        lost.Lost.ShouldNotBeEmpty();
    }

    private static async Task LiveAsync(string kind, LostMessages lost)
    {
        await using var cluster = await StartAsync(lost);
        await cluster.PutAndWaitAsync(App(2));
        var changed = await cluster.PutAndWaitAsync(App(2, "sleep 2000"));
        AppFixture.AllRun(changed, 2).ShouldBeTrue();
        await RemoveAsync(cluster);
        lost.Lost.ShouldContain(kind);
    }

    private static async Task RemoveAsync(AppFixture cluster)
    {
        var removal = await cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = "/web", Kind = AppChangeKind.Remove }] });
        await AppFixture.UntilAsync(async () => !(await cluster.Root.GetDeploymentsAsync()).Contains(removal.DeploymentId), "the app is removed");
        cluster.Agents.SelectMany(agent => agent.Running).ShouldBeEmpty();
        await AppFixture.UntilAsync(async () => (await cluster.Host.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Tasks == 0, "nothing is held any more");
        cluster.Agents.SelectMany(agent => agent.Launches).ShouldBeUnique();
    }

    // Whatever looks again by itself does so too late to help.
    private static Task<AppFixture> StartAsync(LostMessages lost) => AppFixture.StartAsync(
        agents: 2,
        options =>
        {
            var never = TimeSpan.FromMinutes(10);
            (options.Deployments.RepeatAfter, options.Groups.ResumeInterval, options.Ownership.KillRetry, options.Allocator.ReviewInterval) = (never, never, never, never);
        },
        services => services.AddSingleton<IOutgoingGrainCallFilter>(lost));
}
