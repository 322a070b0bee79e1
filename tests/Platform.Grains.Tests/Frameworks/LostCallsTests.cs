using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Frameworks;
using Platform.Core.Allocation;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Frameworks;

/// <summary>A message between a framework's grain, the allocator and the agents that is lost, question or answer, is noticed and told again: no call's time-out decides when.</summary>
public sealed class LostCallsTests
{
    private static readonly string[] Kinds =
    [
        nameof(IAllocatorGrain.ResyncAsync),
        nameof(IAllocatorGrain.SubscribeAsync),
        nameof(IAllocatorGrain.DisconnectAsync),
        nameof(IAllocatorGrain.SuppressAsync),
        nameof(IAllocatorGrain.ReviveAsync),
        nameof(IAllocatorGrain.DeclineAsync),
        nameof(IAllocatorGrain.AnswerInverseOffersAsync),
        nameof(IAllocatorGrain.AcceptAsync),
        nameof(IAllocatorGrain.GetOffersAsync),
        nameof(IAllocatorGrain.ReleaseAsync),
        nameof(IAllocatorGrain.RemoveFrameworkAsync),
        nameof(IAgentGrain.LaunchAsync),
        nameof(IAgentGrain.KillAsync),
        nameof(IAgentGrain.GetTasksAsync),
        nameof(ITaskOwnerGrain.AllocatorStartedAsync),
        nameof(ITaskOwnerGrain.TaskStatusAsync),
    ];

    [Fact]
    public Task Every_second_question_of_a_kind_may_be_lost() => EachAsync(kind => new((name, number) => name == kind && number % 2 == 0, (_, _) => false));

    [Fact]
    public Task Every_second_answer_of_a_kind_may_be_lost() => EachAsync(kind => new((_, _) => false, (name, number) => name == kind && number % 2 == 0));

    [Fact]
    public Task Offers_that_were_told_to_nobody_are_found() =>
        LiveAsync(nameof(IFrameworkGrain.OfferedAsync), new((name, number) => name == nameof(IFrameworkGrain.OfferedAsync) && number % 2 == 0, (_, _) => false));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_message_in_ten_may_be_lost(int seed)
    {
        bool IsLost(string name, int number, int half) => new Random((((seed * 31) + name.Sum(letter => letter)) * 31 + number) * 31 + half).Next(20) == 0;
        var lost = new LostMessages((name, number) => IsLost(name, number, 0), (name, number) => IsLost(name, number, 1));
        await LiveAsync(null, lost);
        lost.Lost.ShouldNotBeEmpty();
    }

    // Several at a time: what is lost is waited for, and nothing else takes long.
    private static async Task EachAsync(Func<string, LostMessages> losing)
    {
        var failed = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Kinds, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (kind, _) =>
        {
            try
            {
                await LiveAsync(kind, losing(kind));
            }
            catch (Exception failure)
            {
                failed.Enqueue($"{kind}: {failure}");
            }
        });
        failed.ShouldBeEmpty();
    }

    // All that a framework does, with a new activation of its grain and a new run of the allocator on the way.
    private static async Task LiveAsync(string? kind, LostMessages lost)
    {
        await using var cluster = await AppFixture.StartAsync(
            agents: 2, options => options.Allocator.ReviewInterval = TimeSpan.FromMinutes(10), services => services.AddSingleton<IOutgoingGrainCallFilter>(lost));
        var allocator = cluster.Host.GetGrain<IAllocatorGrain>(0);
        await using var scheduler = new ScriptedScheduler(cluster.Host, "f-1", "kafka");
        await scheduler.SubscribeAsync();
        await OfferedAsync(scheduler, 2);

        // A filter and a suppression last until they are ended.
        await scheduler.DeclineAsync(scheduler.Offers.Values.First(), 1000);
        await scheduler.SuppressAsync();
        await AgreedAsync(scheduler, 1);
        await scheduler.DeclineAsync(scheduler.Offers.Values.Single(), 1000);
        await AgreedAsync(scheduler, 0);
        await scheduler.ReviveAsync();
        await OfferedAsync(scheduler, 2);

        var offers = scheduler.Offers.Values.ToList();
        await Task.WhenAll(RunAsync(scheduler, "one", offers[0].AgentId), RunAsync(scheduler, "two", offers[1].AgentId));
        await AgreedAsync(scheduler, 2);
        (await allocator.GetStatusAsync()).Tasks.ShouldBe(2);
        await scheduler.ReserveAsync(scheduler.Offers.Values.First());
        (await allocator.GetReservationsAsync()).Count.ShouldBe(1);
        await scheduler.UpdateAsync();

        var before = (await scheduler.OpenAsync()).ToList();
        await allocator.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        await AppFixture.UntilAsync(async () => !(await scheduler.OpenAsync()).Intersect(before).Any(), "the allocator begins anew");
        await AgreedAsync(scheduler, 2);
        await AppFixture.UntilAsync(async () => (await allocator.GetStatusAsync()).Tasks == 2, "it knows the tasks");
        scheduler.ToldAgain.ShouldBeEmpty();
        await scheduler.Grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        await AppFixture.UntilAsync(() => Task.FromResult(scheduler.Offers.Keys.All(scheduler.ToldAgain.Contains)), "a new activation tells what is open");
        await AgreedAsync(scheduler, 2);
        await RunAsync(scheduler, "three", "agent1");
        await AskedToLeaveAsync(scheduler, allocator);

        await scheduler.KillAsync("one");
        await AppFixture.UntilAsync(() => Task.FromResult(scheduler.Tasks["one"] == TaskState.Killed), "it is killed");
        await AppFixture.UntilAsync(async () => (await allocator.GetStatusAsync()).Tasks == 2, "what it held is free");

        await scheduler.LeaveAsync();
        await AppFixture.UntilAsync(async () => !(await scheduler.OpenAsync()).Any(), "its offers are taken back");
        await scheduler.SubscribeAsync();
        await AgreedAsync(scheduler, 2);

        await scheduler.TeardownAsync();
        await AppFixture.UntilAsync(() => Task.FromResult(!cluster.Agents.SelectMany(agent => agent.Running).Any()), "its tasks have ended");
        await AppFixture.UntilAsync(
            async () => await allocator.GetStatusAsync() is { Tasks: 0 } status && status.Roles.All(role => role.Frameworks.IsEmpty), "the allocator has forgotten it");
        cluster.Agents.SelectMany(agent => agent.Launches).ShouldBeUnique();
        if (kind is not null)
            lost.Lost.ShouldContain(kind);
    }

    private static Task OfferedAsync(ScriptedScheduler scheduler, int count) =>
        AppFixture.UntilAsync(() => Task.FromResult(scheduler.Offers.Count == count), $"{count} offers are there");

    // The books of the allocator, of the framework's grain and of its scheduler. What a lost launch held is an offer of its own.
    private static async Task AgreedAsync(ScriptedScheduler scheduler, int agents)
    {
        var books = "";
        try
        {
            await AppFixture.UntilAsync(
                async () =>
                {
                    var open = (await scheduler.OpenAsync()).Order().ToList();
                    var known = (await scheduler.Grain.GetStatusAsync())!.Offers.Select(offer => offer.Id).Order().ToList();
                    var told = scheduler.Offers.Keys.Order().ToList();
                    books = $"{string.Join(' ', open)}; {string.Join(' ', known)}; {string.Join(' ', told)}";
                    return scheduler.Offers.Values.Select(offer => offer.AgentId).Distinct().Count() == agents && open.SequenceEqual(known) && known.SequenceEqual(told);
                },
                $"all agree on offers of {agents} agents");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} They have {books}.", exception);
        }
    }

    // What did not get there is launched again.
    private static async Task RunAsync(ScriptedScheduler scheduler, string taskId, string agentId)
    {
        do
        {
            Offer? offer = null;
            await AppFixture.UntilAsync(
                () => Task.FromResult((offer = scheduler.Offers.Values.FirstOrDefault(offer => offer.AgentId == agentId)) is not null), $"there is an offer of {agentId}");
            scheduler.Tasks.TryRemove(taskId, out _);
            await scheduler.LaunchAsync(taskId, offer!);
            await AppFixture.UntilAsync(
                () => Task.FromResult(scheduler.Tasks.TryGetValue(taskId, out var state) && state is TaskState.Running or TaskState.Dropped), $"{taskId} runs or is dropped");
        }
        while (scheduler.Tasks[taskId] == TaskState.Dropped);
    }

    private static async Task AskedToLeaveAsync(ScriptedScheduler scheduler, IAllocatorGrain allocator)
    {
        await allocator.SetMaintenanceAsync([new([new("agent0.local", "")], new MaintenanceWindow(DateTimeOffset.UtcNow.AddDays(1)))]);
        await AppFixture.UntilAsync(() => Task.FromResult(scheduler.InverseOffers.Count == 1), "it is asked to leave");
        await scheduler.AnswerAsync(scheduler.InverseOffers.Values.Single());
        (await allocator.GetInverseOfferAnswersAsync()).ShouldHaveSingleItem().Accepted.ShouldBeTrue();
        await AgreedAsync(scheduler, 2);
    }
}
