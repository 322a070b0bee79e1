using Platform.Api.Security;
using Platform.Contracts.Jobs;
using Platform.Core.Apps;
using Platform.Core.Jobs;
using Platform.Core.Security;

namespace Platform.Api.Jobs;

/// <summary>The rights that a job's definition needs, whichever API it comes by.</summary>
internal static class JobRights
{
    /// <exception cref="Http.ApiException">401 or 403: one is missing.</exception>
    public static async Task DemandAsync(Access access, JobSpec spec, JobPut mode, JobGateway jobs)
    {
        if (mode is not JobPut.Replace)
            access.Demand(AccessAction.Create, ResourceId.Job(spec.Id));
        if (mode is not JobPut.Add)
            access.Demand(AccessAction.Update, ResourceId.Job(spec.Id));
        // It learns when they end.
        foreach (var parent in spec.Parents.AsEnumerable())
            access.Demand(AccessAction.Read, ResourceId.Job(parent));
        if (spec.Task.Secrets.IsEmpty && spec.Triggers.IsEmpty)
            return;
        // What stands already was looked at when it came.
        var before = await jobs.Graph.GetAsync(spec.Id);
        var used = before?.Task.Secrets.Values.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var source in spec.Task.Secrets.Values.Where(source => !used.Contains(source)))
            access.Demand(AccessAction.Read, ResourceId.Secret(source));
        foreach (var trigger in spec.Triggers.AsEnumerable().Where(trigger => before?.Triggers.Contains(trigger) != true))
            DemandTrigger(access, trigger);
    }

    // Its runs find the events in their environment: those of one app or job are for who may see that, others for who may see all events.
    private static void DemandTrigger(Access access, JobTriggerSpec trigger)
    {
        if (trigger.File is not null)
        {
            // It learns what lies in folders of agents.
            access.Demand(AccessAction.Read, ResourceId.Operations("slave"));
            return;
        }
        if (EventMatch.IsOfJobs(trigger.Event))
        {
            access.Demand(AccessAction.Read, trigger.Match.Find(EventMatch.JobMember) is { } jobId ? ResourceId.Job(jobId) : ResourceId.AllJobs);
            return;
        }
        foreach (var member in (string[])["appId", "runSpecId", "groupId", "podId"])
        {
            if (trigger.Match.Find(member) is { } path)
            {
                access.Demand(AccessAction.Read, ResourceId.Service(AppPath.Canonical(path)));
                return;
            }
        }
        access.Demand(AccessAction.Read, ResourceId.Service(AppPath.Root));
        access.Demand(AccessAction.Read, ResourceId.AllJobs);
        access.Demand(AccessAction.Read, ResourceId.Administration("events"));
    }
}
