using System.Net;
using System.Text.Json;
using Platform.Contracts.Events;
using Platform.Core.Tasks;

namespace Platform.Api.Tests.Marathon;

public sealed class EventsTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Events_are_streamed_with_their_type_and_number()
    {
        await using var stream = await OpenAsync("/v2/events", null);
        (await stream.NextAsync("event_stream_attached")).Data.GetProperty("remoteAddress").GetString().ShouldBe("127.0.0.1");
        await server.AddAsync("/events/a");
        var post = await stream.NextAsync("api_post_event");
        post.Data.GetProperty("uri").GetString().ShouldBe("/v2/apps");
        post.Data.GetProperty("appDefinition").GetProperty("id").GetString().ShouldBe("/events/a");
        post.Id.ShouldBeGreaterThan(0);
        (await stream.NextAsync("status_update_event")).Data.GetProperty("appId").GetString().ShouldBe("/events/a");
    }

    [Fact]
    public async Task Types_can_be_chosen()
    {
        await using var stream = await OpenAsync("/v2/events?event_type=deployment_success&event_type=group_change_success", null);
        await server.AddAsync("/events/b");
        var first = await stream.NextAsync();
        first.Type.ShouldBeOneOf("deployment_success", "group_change_success");
    }

    [Fact]
    public async Task Who_names_no_type_gets_what_Marathon_has_and_everything_is_for_who_asks_for_it()
    {
        var log = server.Grains.GetGrain<IEventLogGrain>(0);
        await using var plain = await OpenAsync("/v2/events", null);
        await using var named = await OpenAsync("/v2/events?event_type=framework_changed_event", null);
        await using var all = await OpenAsync("/v2/events?event_type=*", null);
        await plain.NextAsync("event_stream_attached");
        await all.NextAsync("event_stream_attached");
        await log.AppendAsync(
        [
            new() { Timestamp = DateTimeOffset.UnixEpoch, What = new FrameworkChanged("F1", "ours") },
            new() { Timestamp = DateTimeOffset.UnixEpoch, What = new SchedulerBegun(true, "host") },
        ]);
        (await named.NextAsync()).Type.ShouldBe("framework_changed_event");
        var ours = await all.NextAsync("framework_changed_event");
        var theirs = await all.NextAsync("scheduler_registered_event");
        theirs.Id.ShouldBe(ours.Id + 1);
        // All that comes before it on the plain stream is Marathon's.
        Event next;
        do
        {
            next = await plain.NextAsync();
            next.Type.ShouldNotBe("framework_changed_event");
        }
        while (next.Type != "scheduler_registered_event");
        next.Id.ShouldBe(theirs.Id);
    }

    [Fact]
    public async Task A_deployment_is_told_in_a_form_that_clients_of_any_age_can_read()
    {
        await server.AddAsync("/events/plan");
        var told = await server.WaitForAsync(item => item.Type == "deployment_success" && item.Json.Contains("/events/plan", StringComparison.Ordinal));
        var plan = JsonElement.Parse(told.Json).GetProperty("plan");
        plan.GetProperty("original").GetProperty("id").GetString().ShouldBe("/");
        plan.GetProperty("target").GetProperty("id").GetString().ShouldBe("/");
        plan.GetProperty("steps")[0].GetProperty("actions")[0].GetProperty("app").GetString().ShouldBe("/events/plan");
    }

    [Fact]
    public async Task The_end_of_a_task_that_nobody_knows_is_told()
    {
        const string Unknown = "events_d.instance-00000000-0000-0000-0000-000000000000";
        await server.AddAsync("/events/d");
        var id = (await server.GetAsync("/v2/apps/events/d/tasks")).Json.GetProperty("tasks")[0].GetProperty("id").GetString()!;
        var agent = server.Cluster.Agents.Single(a => a.Tasks.Contains(id));
        await agent.ReportAsync(id, TaskState.Failed, update => update with { TaskId = Unknown + "._app.1" });
        var told = JsonElement.Parse((await server.WaitForAsync(item => item.Type == "unknown_instance_terminated_event")).Json);
        told.EnumerateObject().Select(m => m.Name).ShouldBe(["instanceId", "runSpecId", "condition", "eventType", "timestamp"]);
        (told.GetProperty("instanceId").GetString(), told.GetProperty("runSpecId").GetString(), told.GetProperty("condition").GetString()).ShouldBe((Unknown, "/events/d", "Failed"));
    }

    [Fact]
    public async Task A_reader_that_comes_back_goes_on_where_it_was()
    {
        await server.AddAsync("/events/c");
        await using var all = await OpenAsync("/v2/events", "0");
        var first = await all.NextAsync();
        var second = await all.NextAsync();
        await using var resumed = await OpenAsync("/v2/events", first.Id.ToString());
        var again = await resumed.NextAsync();
        (again.Id, again.Type).ShouldBe((second.Id, second.Type));
    }

    [Fact]
    public async Task A_reader_that_comes_too_late_is_told_how_many_events_it_missed()
    {
        var log = server.Grains.GetGrain<IEventLogGrain>(0);
        var seen = (await log.GetRangeAsync()).Last;
        PlatformEvent[] many = [.. Enumerable.Repeat(new PlatformEvent { Timestamp = DateTimeOffset.UnixEpoch, What = new ClockJumped("host", TimeSpan.FromSeconds(1), "flood") }, MarathonServer.KeptEvents + 1_000)];
        await log.AppendAsync([.. many]);

        await using var late = await OpenAsync("/v2/events?event_type=clock_jumped_event", seen.ToString());
        var missed = await late.NextAsync();
        missed.Type.ShouldBe("events_missed");
        var first = await late.NextAsync();
        // It begins with the oldest that is kept.
        missed.Data.GetProperty("missed").GetInt64().ShouldBe(first.Id - seen - 1);
        missed.Data.GetProperty("missed").GetInt64().ShouldBeGreaterThanOrEqualTo(500);
        first.Type.ShouldBe("clock_jumped_event");
    }

    [Fact]
    public async Task A_reader_that_has_seen_more_than_there_is_gets_what_is_new()
    {
        await using var stream = await OpenAsync("/v2/events", "999999999");
        (await stream.NextAsync("event_stream_attached")).Id.ShouldBeLessThan(999_999_999);
    }

    [Fact]
    public async Task Who_does_not_take_events_is_refused()
    {
        (await server.GetAsync("/v2/events", accept: "application/json")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", "x");
        using var response = await server.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<Events> OpenAsync(string path, string? lastId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    private sealed record Event(long Id, string Type, JsonElement Data);

    private sealed class Events(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        public async Task<Event> NextAsync(string type)
        {
            Event next;
            do
                next = await NextAsync();
            while (next.Type != type);
            return next;
        }

        public async Task<Event> NextAsync()
        {
            var fields = new Dictionary<string, string>();
            while (true)
            {
                var line = await reader.ReadLineAsync().WaitAsync(Patience) ?? throw new EndOfStreamException();
                if (line.Length == 0 && fields.Count > 0)
                    return new(long.Parse(fields.GetValueOrDefault("id", "0"), System.Globalization.CultureInfo.InvariantCulture), fields["event"], JsonElement.Parse(fields["data"]));
                if (line.Length > 0 && !line.StartsWith(':'))
                    fields[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..];
            }
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
