using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Apps;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Tasks;

/// <summary>Answers that are a list of tasks.</summary>
internal static class TaskLists
{
    /// <summary>All tasks of these apps.</summary>
    public static IResult Answer(MarathonApi api, IReadOnlyList<AppView> apps)
    {
        var statuses = apps.Where(app => app.Status is not null).Select(app => app.Status!).ToList();
        return new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("tasks");
            foreach (var status in statuses)
                RenderedPieces.Put(writer, api.Pieces.Tasks(status));
            writer.WriteEndArray();
            writer.WriteEndObject();
        })
        { Capacity = statuses.Sum(status => api.Pieces.Tasks(status).Length) + 64 };
    }

    /// <summary>These tasks.</summary>
    public static IResult Answer(IReadOnlyList<(AppSpec App, IReadOnlyList<InstanceStatus> Tasks)> apps) => new JsonAnswer(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("tasks");
        foreach (var (app, tasks) in apps)
        {
            var ports = ServicePorts.Of(app);
            foreach (var task in tasks)
                TaskWriter.Write(writer, app, task, ports);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
