using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Testing;

namespace Platform.Client.Tests.Http;

/// <summary>Several addresses, and requests that are sent again.</summary>
public sealed class FailoverTests
{
    // Nothing listens there.
    private static readonly Uri Nobody = new("http://127.0.0.1:1");

    [Fact]
    public async Task Everything_goes_on_at_another_address_when_one_is_not_there()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var client = new PlatformClient(new() { Url = Nobody, OtherUrls = [platform.Url] });
        // A change too: it was not sent.
        var deployment = await client.Apps.CreateAsync(new AppDefinition { Id = "/web", Cmd = "sleep 1000", Cpus = 0.1, Mem = 32 });
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);
        (await client.Apps.ListAsync()).ShouldHaveSingleItem().Id.ShouldBe("/web");
    }

    [Fact]
    public async Task A_command_in_a_task_is_run_through_another_address()
    {
        await using var platform = await TestPlatform.StartAsync(new() { RealAgent = true });
        var deployment = await platform.Client.Apps.CreateAsync(new AppDefinition { Id = "/web", Cmd = "sleep 1000", Cpus = 0.1, Mem = 32 });
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);
        var task = (await platform.Client.Apps.Get("/web").ListTasksAsync()).Single();
        using var client = new PlatformClient(new() { Url = Nobody, OtherUrls = [platform.Url] });
        await using var session = await client.Agents.Get(task.SlaveId).ExecAsync(task.Id, ["sh", "-c", "exit 7"]);
        (await session.ReadAsync().ToListAsync()).ShouldBeEmpty();
        session.ExitStatus.ShouldBe(7);
    }

    [Fact]
    public async Task What_may_have_been_carried_out_is_not_sent_again_and_what_only_reads_is()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var breaker = new Breaker();
        using var client = new PlatformClient(new() { Url = breaker.Url, OtherUrls = [platform.Url], Retries = 3 });
        var failure = await Should.ThrowAsync<PlatformException>(() => client.Apps.CreateAsync(new AppDefinition { Id = "/web", Cmd = "sleep 1000" }));
        failure.Error.ShouldBe(PlatformError.Unavailable);
        failure.Message.ShouldContain(breaker.Url.AbsoluteUri);
        breaker.Requests.ShouldBe(1);

        (await client.Apps.ListAsync()).ShouldBeEmpty();
        breaker.Requests.ShouldBe(2);
        // It stays with who answered.
        (await client.Apps.ListAsync()).ShouldBeEmpty();
        breaker.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task A_request_with_an_idempotency_key_is_sent_again_as_often_as_was_said()
    {
        using var breaker = new Breaker();
        using var client = new PlatformClient(new() { Url = breaker.Url, Retries = 2 });
        (await Should.ThrowAsync<PlatformException>(() => client.Jobs.Get("one").DispatchAsync(new JsonObject(), "key"))).Error.ShouldBe(PlatformError.Unavailable);
        breaker.Requests.ShouldBe(3);
        (await Should.ThrowAsync<PlatformException>(() => client.Jobs.Get("one").DispatchAsync(new JsonObject()))).Error.ShouldBe(PlatformError.Unavailable);
        breaker.Requests.ShouldBe(4);
    }

    [Fact]
    public async Task Without_retries_nothing_is_sent_again()
    {
        using var breaker = new Breaker();
        using var client = new PlatformClient(new() { Url = breaker.Url });
        (await Should.ThrowAsync<PlatformException>(() => client.Apps.ListAsync())).Error.ShouldBe(PlatformError.Unavailable);
        breaker.Requests.ShouldBe(1);
    }
}
