using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Api.Mesos.Operator.Feed;

/// <summary>What a subscriber may see: everything, or the frameworks of roles and the tasks of apps that it may read.</summary>
internal sealed class FeedAudience(Access access)
{
    private readonly bool _seesAll = access.Allows(AccessAction.Read, ResourceId.Operations("mesos"));

    /// <summary>Whether it may see what these resources stand for.</summary>
    public bool Sees(ValueList<string> subjects) => _seesAll || subjects.Any(subject => access.Allows(AccessAction.Read, subject));

    /// <summary>The part of the cluster that it may see.</summary>
    public ClusterPicture Of(ClusterPicture picture) => _seesAll ? picture
        : new([], [.. picture.Frameworks.Select(Visible).OfType<PictureFramework>()]);

    /// <summary>What stands for a framework.</summary>
    public static ValueList<string> SubjectsOf(PictureFramework framework) =>
        framework.Id == AppScheduler.FrameworkId ? [ResourceId.Service("/")] : [.. framework.Roles.Select(role => ResourceId.OfRole("framework", role))];

    /// <summary>What stands for a task: its app, or its framework.</summary>
    public static ValueList<string> SubjectsOf(PictureFramework framework, string taskId) =>
        framework.Id == AppScheduler.FrameworkId ? OfApp(taskId) : SubjectsOf(framework);

    /// <summary>What stands for a task of an app or a pod.</summary>
    public static ValueList<string> OfApp(string taskId) => [ResourceId.Service(TaskOwnership.PathOf(taskId))];

    private PictureFramework? Visible(PictureFramework framework)
    {
        if (Sees(SubjectsOf(framework)))
            return framework;
        var tasks = framework.Tasks.Where(task => Sees(SubjectsOf(framework, task.Task.TaskId.Value))).ToList();
        return tasks.Count > 0 ? framework with { Tasks = tasks } : null;
    }
}
