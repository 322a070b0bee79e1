using System.Text.Json;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Contracts.Jobs;
using Platform.Core.Apps;
using Platform.Core.Security;

namespace Platform.Api.Secrets;

/// <summary>Which apps, pods and jobs name a secret in their definitions; only those that who asks may see.</summary>
internal static class SecretUsers
{
    /// <summary>The member <c>uses</c> of a list of secrets: for each path, who uses it and what that does when it gets a new value.</summary>
    public static async Task<Action<Utf8JsonWriter>> FindAsync(IGrainFactory grains, Access access, IReadOnlyCollection<string> paths)
    {
        var uses = paths.ToDictionary(path => path, _ => new List<(string Kind, string Id, string OnChange)>(), StringComparer.Ordinal);
        foreach (var (appId, app) in await grains.GetGrain<IGroupGrain>(AppPath.Root).GetAppsAsync(AppPath.Root) ?? default)
        {
            if (app.Spec.Secrets.IsEmpty || !access.Allows(AccessAction.Read, ResourceId.Service(appId)))
                continue;
            var (kind, change) = (app.Spec.Pod is null ? "app" : "pod", SecretUse.OnChange(app.Spec) switch { SecretChange.Signal => "signal", SecretChange.Restart => "restart", _ => "none" });
            foreach (var path in app.Spec.Secrets.Values.Distinct())
                uses.GetValueOrDefault(path)?.Add((kind, appId, change));
        }
        foreach (var job in await grains.GetGrain<IJobGraphGrain>(0).ListAsync())
        {
            if (job.Task.Secrets.IsEmpty || !access.Allows(AccessAction.Read, ResourceId.Job(job.Id)))
                continue;
            foreach (var path in job.Task.Secrets.Values.Distinct())
                uses.GetValueOrDefault(path)?.Add(("job", job.Id, "next run"));
        }
        return json =>
        {
            json.WriteStartObject("uses");
            foreach (var (path, users) in uses)
            {
                json.WriteStartArray(path);
                foreach (var (kind, id, change) in users)
                {
                    json.WriteStartObject();
                    json.WriteString("kind", kind);
                    json.WriteString("id", id);
                    json.WriteString("onChange", change);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        };
    }
}
