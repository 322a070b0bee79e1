using Platform.Client.Tests.Http;
using Platform.Tests.Hosting;

namespace Platform.Client.Tests.Calls;

/// <summary>Limits of single calls, and whose clock they go by.</summary>
public sealed class CallOptionsTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_request_without_an_answer_ends_when_the_clients_clock_says_so()
    {
        using var silent = new Silent();
        using var client = new PlatformClient(new() { Url = silent.Url, Time = _time, RequestTimeout = TimeSpan.FromSeconds(90) });
        var call = client.Apps.ListAsync();
        await silent.Asked;
        _time.Advance(TimeSpan.FromSeconds(89));
        call.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));

        var failure = await Should.ThrowAsync<PlatformException>(() => call);
        failure.Error.ShouldBe(PlatformError.Unavailable);
        failure.Message.ShouldContain("within 90 s");
    }

    [Fact]
    public async Task A_deadline_ends_a_call_and_holds_for_the_handles_of_its_view_alone()
    {
        using var silent = new Silent();
        using var client = new PlatformClient(new() { Url = silent.Url, Time = _time, Retries = 100 });
        var call = client.With(new() { Deadline = TimeSpan.FromSeconds(5) }).Apps.Get("/web").ScaleAsync(2);
        await silent.Asked;
        _time.Advance(TimeSpan.FromSeconds(5));
        var failure = await Should.ThrowAsync<PlatformException>(() => call);
        failure.Error.ShouldBe(PlatformError.Unavailable);
        failure.Message.ShouldContain("deadline of 5 s");

        using var canceled = new CancellationTokenSource();
        var other = client.Apps.Get("/web").GetAsync(canceled.Token);
        _time.Advance(TimeSpan.FromSeconds(5));
        other.IsCompleted.ShouldBeFalse();
        await canceled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => other);
    }

    [Fact]
    public async Task Retries_are_those_of_the_call()
    {
        using var breaker = new Breaker();
        using var client = new PlatformClient(new() { Url = breaker.Url });
        (await Should.ThrowAsync<PlatformException>(() => client.With(new() { Retries = 2 }).Apps.ListAsync())).Error.ShouldBe(PlatformError.Unavailable);
        breaker.Requests.ShouldBe(3);
        await Should.ThrowAsync<PlatformException>(() => client.Apps.ListAsync());
        breaker.Requests.ShouldBe(4);
    }

    [Fact]
    public async Task A_view_that_is_disposed_of_leaves_the_client_as_it_is()
    {
        using var breaker = new Breaker();
        using var client = new PlatformClient(new() { Url = breaker.Url });
        client.With(new()).Dispose();
        (await Should.ThrowAsync<PlatformException>(() => client.Apps.ListAsync())).Error.ShouldBe(PlatformError.Unavailable);
        breaker.Requests.ShouldBe(1);
    }

    [Fact]
    public void Limits_that_cannot_be_are_refused()
    {
        using var client = new PlatformClient();
        Should.Throw<ArgumentOutOfRangeException>(() => client.With(new() { Deadline = TimeSpan.Zero }));
        Should.Throw<ArgumentOutOfRangeException>(() => client.With(new() { Retries = -1 }));
    }
}
