using Platform.Client.Apps;
using Platform.Client.Events;
using Platform.Testing;

namespace Platform.Client.Tests.Events;

/// <summary>Streams of events that outlive the control plane.</summary>
public sealed class ResumeTests
{
    [Fact]
    public async Task A_stream_goes_on_after_a_restart_with_what_happened_since()
    {
        await using var platform = await TestPlatform.StartAsync();
        var (opened, openings) = (new TaskCompletionSource(), 0);
        var reading = ReadAsync();
        await opened.Task;
        // Nothing that it was asked for has happened yet: its place is known nevertheless.
        await platform.RestartAsync();
        var deployment = await platform.Client.Apps.CreateAsync(new AppDefinition { Id = "/web", Cmd = "sleep 1000", Cpus = 0.1, Mem = 32 });
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);
        await platform.RestartAsync();
        var again = await platform.Client.Apps.Get("/web").ScaleAsync(2);
        (await again.WaitAsync()).Succeeded.ShouldBe(true);

        (await reading).ShouldBe([deployment.Id, again.Id]);
        openings.ShouldBeGreaterThan(1);

        async Task<List<string?>> ReadAsync()
        {
            var options = new EventOptions { Types = ["deployment_success"], Resume = true, Opened = Opened };
            return await platform.Client.Events.FollowAsync(options).Select(one => one.Content.GetProperty("id").GetString()).Take(2).ToListAsync();
        }

        Task Opened()
        {
            openings++;
            opened.TrySetResult();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_control_plane_that_was_never_there_is_an_error()
    {
        using var client = new PlatformClient(new() { Url = new Uri("http://127.0.0.1:1") });
        var failure = await Should.ThrowAsync<PlatformException>(async () => await client.Events.FollowAsync(new() { Resume = true }).FirstAsync());
        failure.Error.ShouldBe(PlatformError.Unavailable);
    }
}
