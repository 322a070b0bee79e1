using Platform.Api.Security;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Security;

namespace Platform.Api.Marathon;

/// <summary>The rights that a change of apps and groups needs: it is looked at as it goes to the gate, however it was asked for.</summary>
internal static class ChangeRights
{
    /// <exception cref="Http.ApiException">401 or 403: one is missing.</exception>
    public static async Task DemandAsync(Access access, ChangeSet change, ClusterReader reader)
    {
        // A change of nothing is for those who might have changed something.
        if (change.Apps.IsEmpty && change.Groups.IsEmpty && !access.Rights.AllowsWithin(AccessAction.Update, ResourceId.Service(AppPath.Root)))
            access.Demand(AccessAction.Update, ResourceId.Service(AppPath.Root));
        foreach (var app in change.Apps.AsEnumerable())
        {
            access.Demand(ActionOf(app), ResourceId.Service(app.AppId));
            if (app.Spec is { } spec)
                await DemandSecretsAsync(access, spec, reader);
        }
        foreach (var group in change.Groups)
            access.Demand(group.Remove ? AccessAction.Delete : group.MustBeNew ? AccessAction.Create : AccessAction.Update, ResourceId.Service(group.Path));
    }

    private static AccessAction ActionOf(AppChange change) => change.Kind switch
    {
        AppChangeKind.Remove => AccessAction.Delete,
        AppChangeKind.Put when change.ExpectedVersion == "" => AccessAction.Create,
        _ => AccessAction.Update,
    };

    // Whoever may deploy an app must not read by it what others keep secret. What it uses already, it goes on using.
    private static async Task DemandSecretsAsync(Access access, AppSpec spec, ClusterReader reader)
    {
        if (spec.Secrets.IsEmpty)
            return;
        var used = (await reader.FindAnyAsync(spec.Id))?.Spec.Secrets.Values.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var source in spec.Secrets.Values.Where(source => !used.Contains(source)))
            access.Demand(AccessAction.Read, ResourceId.Secret(source));
    }
}
