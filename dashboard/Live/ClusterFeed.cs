using Platform.Api.Marathon.Events;
using Platform.Api.Events;
using Platform.Core.Apps;
using Platform.Core.Security;

namespace Platform.Dashboard.Live;

/// <summary>What one viewer sees of the cluster: that of <see cref="ClusterSource"/> which the viewer's rights show.</summary>
public sealed class ClusterFeed(ClusterSource source, DashboardUser user)
{
    private (long Number, AccessRights Rights, ClusterSnapshot Shown)? _last;

    /// <summary>The newest reading.</summary>
    public ClusterSnapshot Current
    {
        get
        {
            var (whole, rights) = (source.Current, user.Access.Rights);
            if (_last is var (number, of, shown) && number == whole.Number && ReferenceEquals(of, rights))
                return shown;
            shown = Visible(whole, rights);
            _last = (whole.Number, rights, shown);
            return shown;
        }
    }

    /// <summary>The newest events.</summary>
    public VisibleEvents Events => new(source.Events, new EventAudience(user.Access));

    /// <summary>Calls back when there is something new, until the result is disposed of.</summary>
    public IDisposable Attach(Action changed) => source.Attach(changed);

    /// <summary>An operator has just changed this.</summary>
    public void Touch(string? app = null, string? agent = null, string? job = null) => source.Touch(app, agent, job);

    private static ClusterSnapshot Visible(ClusterSnapshot whole, AccessRights rights)
    {
        bool Shows(string app) => rights.Allows(AccessAction.Read, ResourceId.Service(app));
        var (seesApps, seesJobs, seesAgents, seesRoles) = (Shows(AppPath.Root), rights.Allows(AccessAction.Read, ResourceId.AllJobs), rights.Allows(AccessAction.Read, ResourceId.Operations("slave")), rights.Allows(AccessAction.Read, ResourceId.Operations("mesos")));
        if (seesApps && seesJobs && seesAgents && seesRoles)
            return whole;
        return whole with
        {
            Apps = seesApps ? whole.Apps : whole.Apps.RemoveRange(whole.Apps.Keys.Where(app => !Shows(app))),
            // A group is shown to who may see one app in it.
            Groups = seesApps ? whole.Groups : [.. whole.Groups.Where(group => rights.AllowsWithin(AccessAction.Read, ResourceId.Service(group)))],
            Deployments = seesApps ? whole.Deployments
                : [.. whole.Deployments.Where(deployment => deployment.Start.Plan.Steps.SelectMany(step => step.Actions).All(action => Shows(action.AppId)))],
            Jobs = seesJobs ? whole.Jobs : whole.Jobs.RemoveRange(whole.Jobs.Keys.Where(job => !rights.Allows(AccessAction.Read, ResourceId.Job(job)))),
            Agents = seesAgents ? whole.Agents : whole.Agents.Clear(),
            Frameworks = seesRoles ? whole.Frameworks : whole.Frameworks.Clear(),
            Allocator = seesRoles ? whole.Allocator : null,
        };
    }
}

/// <summary>The newest events that somebody may see.</summary>
/// <param name="window">All of them.</param>
/// <param name="audience">Which may be seen.</param>
public sealed class VisibleEvents(EventWindow window, EventAudience audience)
{
    /// <summary>The sequence number of the newest event, seen or not.</summary>
    public long Last => window.Last;

    /// <summary>The events, newest first.</summary>
    public IReadOnlyList<StreamedEvent> NewestFirst() => [.. window.NewestFirst().Where(audience.Sees)];
}
