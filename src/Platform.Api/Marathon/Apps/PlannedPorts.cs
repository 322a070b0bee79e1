using Platform.Core.Apps;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Apps;

/// <summary>The ports that the gate would give to apps which leave them open. With <c>requirePorts</c> they decide where an app can run.</summary>
internal static class PlannedPorts
{
    /// <summary>The change with those ports; as it is if nothing depends on them, or if the gate would refuse it.</summary>
    public static async Task<ChangeSet> WithPortsAsync(MarathonApi api, ChangeSet change)
    {
        if (!change.Apps.Any(app => app is { Kind: AppChangeKind.Put, Spec: { RequirePorts: true } spec } && ServicePorts.NeedsAssignment(spec)))
            return change;
        return With(change, await api.Reader.Groups.ChangeAsync(change with { DryRun = true }));
    }

    /// <summary>The change with the ports that the answer to a dry run of it tells.</summary>
    public static ChangeSet With(ChangeSet change, ChangeResult planned) => planned.Assigned.Count == 0 ? change : change with
    {
        Apps = [.. change.Apps.Select(app => planned.Assigned.Find(app.AppId) is { } spec && app.Kind == AppChangeKind.Put ? app with { Spec = spec } : app)],
    };
}
