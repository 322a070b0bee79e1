using Platform.Contracts.Registry;
using Platform.Core.Registry;
using Platform.Grains.Registry;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Registry;

/// <summary>What tells the registry of many owners in few calls.</summary>
public sealed class EndpointPostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task All_that_come_within_a_while_have_one_turn()
    {
        using var post = new EndpointPost(_ => Task.FromResult(new RegistryAnswer(0, default)), _time);
        var first = post.TurnAsync();
        _time.Advance(EndpointPost.Gathers / 2);
        var second = post.TurnAsync();
        _time.Advance(EndpointPost.Gathers / 2);
        await Task.WhenAll(first, second).WaitAsync(Patience);

        var third = post.TurnAsync();
        _time.Advance(EndpointPost.Gathers / 2);
        third.IsCompleted.ShouldBeFalse();
        _time.Advance(EndpointPost.Gathers / 2);
        await third.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_is_told_one_after_the_other_goes_in_one_call_and_what_comes_meanwhile_with_the_next()
    {
        var calls = new List<int>();
        var (begun, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var post = new EndpointPost(
            async changes =>
            {
                calls.Add(changes.Count);
                begun.TrySetResult();
                await goesOn.Task;
                return new(calls.Count, default);
            },
            _time);
        // The registry is not called before the others have spoken.
        var first = Enumerable.Range(0, 10).Select(i => post.TellAsync(Change(i))).ToList();
        calls.ShouldBeEmpty();
        await PassAsync(begun.Task);
        var others = Enumerable.Range(10, 1_500).Select(i => post.TellAsync(Change(i))).ToList();
        goesOn.SetResult();

        await PassAsync(Task.WhenAll([.. first, .. others]));
        ((await first[0]).Index, (await first[^1]).Index).ShouldBe((1, 1));
        ((await others[0]).Index, (await others[^1]).Index).ShouldBe((2, 3));
        calls.ShouldBe([10, 1_000, 500]);
    }

    [Fact]
    public async Task A_call_that_fails_is_heard_by_all_that_it_was_for_and_by_nobody_else()
    {
        var fails = true;
        using var post = new EndpointPost(_ => fails ? throw new TimeoutException("away") : Task.FromResult(new RegistryAnswer(7, default)), _time);
        await Should.ThrowAsync<TimeoutException>(() => PassAsync(post.TellAsync(Change(0))));
        fails = false;
        var told = post.TellAsync(Change(1));
        await PassAsync(told);
        (await told).Index.ShouldBe(7);
    }

    // The clock goes on until it is done.
    private async Task PassAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            _time.Advance(EndpointPost.Collects);
            await Task.Yield();
        }
        await done;
    }

    private static EndpointChange Change(int i) => new() { Service = $"s{i}", To = 1 };
}
