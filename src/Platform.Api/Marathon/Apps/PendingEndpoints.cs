using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Contracts.Allocation;
using Platform.Core.Placement;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Apps;

/// <summary><c>/v2/queue</c> and <c>/v2/apps/{id}/pending</c>: what waits to be started, and why.</summary>
internal sealed class PendingEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var pending = new PendingEndpoints(api);
        routes.Get("/v2/queue", pending.ListAsync).Needs(Right.Filtered);
        routes.Delete("/v2/queue/{id+}/delay", pending.ResetDelayAsync).Needs(Right.OnApp(AccessAction.Update));
        routes.Get("/v2/apps/{id+}/pending", pending.ShowAsync).Needs(Right.OnApp(AccessAction.Read));
    }

    /// <summary>Of so many agents is told why they cannot take an app.</summary>
    private const int MostUnused = 100;

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var waiting = (await api.Reader.ListAppsAndPodsAsync()).Where(app => app.Status?.Queue is not null).ToList();
        var unused = request.Query.Set("embed").Contains("lastUnusedOffers") ? await Task.WhenAll(waiting.Select(UnusedAsync)) : null;
        var now = api.Time.GetUtcNow();
        return ListAnswer.Of("queue", waiting.Count, null, FieldSelection.From(request.Query),
            (writer, i) => QueueWriter.Write(writer, waiting[i], api.Pieces, unused?[i], now));
    }

    private async Task<IReadOnlyList<AgentRejection>> UnusedAsync(AppView app) =>
        app.Status!.Queue!.Explanation is { } explanation
            ? [.. await api.Grains.GetGrain<IAllocatorGrain>(0).ExplainByAgentAsync(explanation.DemandId, MostUnused)]
            : [];

    private async Task<IResult> ResetDelayAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        if (await api.Reader.FindAppOrPodAsync(id) is not { Status.Queue: not null })
            return ErrorAnswer.NotFound($"Application {id} not found in tasks queue.");
        await api.Reader.App(id).ResetDelayAsync();
        return Results.NoContent();
    }

    private async Task<IResult> ShowAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        return await api.Reader.FindAsync(id) is { } app ? Answer("app", app) : MarathonErrors.UnknownApp(id);
    }

    /// <param name="name">What it is: app or pod.</param>
    /// <param name="app">What waits.</param>
    public static IResult Answer(string name, AppView app) => new JsonAnswer(writer =>
    {
        var queue = app.Status?.Queue;
        writer.WriteStartObject();
        writer.WriteString(name, app.Definition.Spec.Id);
        writer.WriteNumber("waiting", queue?.Count ?? 0);
        if (queue is not null)
        {
            writer.WriteString("since", Timestamps.Of(queue.Since));
            if (queue.DelayedUntil is { } until)
                writer.WriteString("delayedUntil", Timestamps.Of(until));
            if (queue.Explanation is { } explanation)
                ExplanationWriter.Write(writer, "explanation", explanation);
        }
        writer.WriteEndObject();
    });
}
