using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Allocation;

/// <summary>What a framework has told the allocator and what comes twice, late, or of an earlier activation of its grain, does not undo what is newer.</summary>
public sealed class LateWordsTests
{
    private static readonly string Owner = FrameworkOwner.Of("f-1");

    private static OwnerTerm Word(long number, long term = 2) => new(Owner, term, number);

    private static FrameworkSubscription Subscription => new() { Id = Owner, Roles = ["*"] };

    private static OfferOperation Launch(string taskId) => new(OfferOperationKind.Launch, Resources.Parse("cpus:1;mem:32"), taskId);

    // An offer of all of one agent, by the framework's first word.
    private static async Task<(AppFixture Cluster, IAllocatorGrain Allocator, Offer Offer)> StartAsync()
    {
        var cluster = await AppFixture.StartAsync(agents: 1);
        var allocator = cluster.Host.GetGrain<IAllocatorGrain>(0);
        (await allocator.SubscribeAsync(Subscription, Word(1))).ShouldBeEmpty();
        return (cluster, allocator, await OfferAsync(allocator));
    }

    private static async Task<Offer> OfferAsync(IAllocatorGrain allocator)
    {
        Offer? offer = null;
        await AppFixture.UntilAsync(async () => (offer = (await allocator.GetOffersAsync(Owner)).Offers.SingleOrDefault()) is not null, "there is an offer");
        return offer!;
    }

    // A round has looked at all that was said before.
    private static async Task DecidedAsync(IAllocatorGrain allocator)
    {
        var rounds = (await allocator.GetStatusAsync()).Rounds;
        await AppFixture.UntilAsync(
            async () =>
            {
                await allocator.WithdrawAsync(["none"]);
                return (await allocator.GetStatusAsync()).Rounds >= rounds + 2;
            },
            "a round has come");
    }

    private static async Task<int> OffersAsync(IAllocatorGrain allocator)
    {
        await DecidedAsync(allocator);
        return (await allocator.GetOffersAsync(Owner)).Offers.Count;
    }

    [Fact]
    public async Task A_late_word_that_it_is_away_takes_no_offers_back_and_one_that_it_is_there_gets_none()
    {
        var (cluster, allocator, offer) = await StartAsync();
        await using var _ = cluster;
        (await allocator.SubscribeAsync(Subscription, Word(3))).ShouldBeEmpty();

        await allocator.DisconnectAsync(Owner, Word(2));
        await allocator.DisconnectAsync(Owner, Word(9, term: 1));
        await allocator.RemoveFrameworkAsync(Owner, Word(2));
        (await allocator.GetOffersAsync(Owner)).Offers.ShouldHaveSingleItem().Id.ShouldBe(offer.Id);

        await allocator.DisconnectAsync(Owner, Word(4));
        await allocator.SubscribeAsync(Subscription, Word(3));
        await allocator.SubscribeAsync(Subscription, Word(9, term: 1));
        (await OffersAsync(allocator)).ShouldBe(0);
    }

    [Fact]
    public async Task A_late_suppression_does_not_end_what_was_revived_and_a_late_revival_does_not_end_a_filter()
    {
        var (cluster, allocator, offer) = await StartAsync();
        await using var _ = cluster;
        await allocator.SuppressAsync(Owner, [], Word(2));
        await allocator.DeclineAsync(Owner, [offer.Id], 1000, Word(3));
        await allocator.ReviveAsync(Owner, [], Word(4));
        offer = await OfferAsync(allocator);

        await allocator.SuppressAsync(Owner, [], Word(2));
        await allocator.DeclineAsync(Owner, [offer.Id], 0, Word(5));
        offer = await OfferAsync(allocator);

        await allocator.DeclineAsync(Owner, [offer.Id], 1000, Word(6));
        await allocator.ReviveAsync(Owner, [], Word(4));
        await allocator.ReviveAsync(Owner, [], Word(9, term: 1));
        (await OffersAsync(allocator)).ShouldBe(0);
    }

    [Fact]
    public async Task An_acceptance_that_is_asked_again_has_its_answer_again_and_is_done_once()
    {
        var (cluster, allocator, offer) = await StartAsync();
        await using var _ = cluster;

        var first = await allocator.AcceptAsync(Owner, [offer.Id], [Launch("t1")], 0, Word(2));
        var again = await allocator.AcceptAsync(Owner, [offer.Id], [Launch("t1")], 0, Word(2));

        (first.IsDone, first.AgentId).ShouldBe((true, offer.AgentId));
        (again.IsDone, again.AgentId).ShouldBe((true, offer.AgentId));
        (await allocator.GetStatusAsync()).Tasks.ShouldBe(1);
    }

    [Fact]
    public async Task An_acceptance_that_comes_after_its_framework_has_told_what_it_holds_is_not_done()
    {
        var (cluster, allocator, offer) = await StartAsync();
        await using var _ = cluster;
        await allocator.ResyncAsync(Owner, new(), Word(3));

        (await allocator.AcceptAsync(Owner, [offer.Id], [Launch("t1")], 0, Word(2))).Error.ShouldNotBeNull();
        (await allocator.AcceptAsync(Owner, [offer.Id], [Launch("t1")], 0, Word(9, term: 1))).Error.ShouldNotBeNull();

        (await allocator.GetStatusAsync()).Tasks.ShouldBe(0);
        (await allocator.GetOffersAsync(Owner)).Offers.ShouldHaveSingleItem().Id.ShouldBe(offer.Id);
    }

    [Fact]
    public async Task What_a_framework_held_before_releases_nothing_that_it_has_got_since()
    {
        var (cluster, allocator, offer) = await StartAsync();
        await using var _ = cluster;
        (await allocator.AcceptAsync(Owner, [offer.Id], [Launch("t1")], 0, Word(3))).IsDone.ShouldBeTrue();

        await allocator.ResyncAsync(Owner, new(), Word(2));
        (await allocator.GetStatusAsync()).Tasks.ShouldBe(1);

        await allocator.ResyncAsync(Owner, new(), Word(4));
        (await allocator.GetStatusAsync()).Tasks.ShouldBe(0);
    }

    [Fact]
    public async Task A_subscription_that_is_asked_again_tells_its_problems_again()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 0);
        var allocator = cluster.Host.GetGrain<IAllocatorGrain>(0);
        var wrong = Subscription with { Roles = ["a b"] };

        var problems = await allocator.SubscribeAsync(wrong, Word(1));

        problems.ShouldNotBeEmpty();
        (await allocator.SubscribeAsync(wrong, Word(1))).ShouldBe(problems);
    }

    [Fact]
    public async Task Words_without_a_number_count_as_those_of_silos_of_an_earlier_version()
    {
        var (cluster, allocator, _) = await StartAsync();
        await using var running = cluster;

        await allocator.DisconnectAsync(Owner);
        (await OffersAsync(allocator)).ShouldBe(0);
        await allocator.SubscribeAsync(Subscription);
        await OfferAsync(allocator);
    }
}
