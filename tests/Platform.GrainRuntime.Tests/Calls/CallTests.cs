using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Calls;

public sealed class CallTests
{
    [Fact]
    public async Task A_call_brings_the_arguments_there_and_the_result_back()
    {
        await using var host = await TestHost.StartAsync();
        (await host.GetGrain<IEchoGrain>("a").AddAsync(2, 3)).ShouldBe(5);
        (await host.GetGrain<IEchoGrain>("a/b c").KeyAsync()).ShouldBe("a/b c");
        await host.GetGrain<IEchoGrain>("a").NothingAsync();
    }

    [Fact]
    public async Task A_grain_can_call_a_grain_whose_reference_it_was_given()
    {
        await using var host = await TestHost.StartAsync();
        var other = host.GetGrain<IEchoGrain>("other");
        (await host.GetGrain<IEchoGrain>("a").CallOtherAsync(other, 20, 22)).ShouldBe(42);
    }

    [Fact]
    public async Task An_exception_reaches_the_caller_with_its_type_and_message()
    {
        await using var host = await TestHost.StartAsync();
        var failure = await Should.ThrowAsync<FormatException>(async () => await host.GetGrain<IEchoGrain>("a").FailAsync("no good"));
        failure.Message.ShouldBe("no good");
    }

    [Fact]
    public async Task Many_calls_at_once_each_get_their_own_answer()
    {
        await using var host = await TestHost.StartAsync();
        var calls = Enumerable.Range(0, 10_000).Select(i => host.GetGrain<IEchoGrain>($"{i % 100}").AddAsync(i, 1)).ToList();
        (await Task.WhenAll(calls)).ShouldBe(Enumerable.Range(1, 10_000));
    }
}
