using System.Globalization;

namespace Platform.Core.Apps;

/// <summary>
/// Ids of instances and tasks, as Marathon builds them: <c>&lt;app_path&gt;.instance-&lt;uuid&gt;</c>, <c>&lt;instance&gt;._app.&lt;incarnation&gt;</c> and, in pods,
/// <c>&lt;instance&gt;.&lt;container&gt;.&lt;incarnation&gt;</c>. The place of a pod's instance is <c>&lt;instance&gt;._pod.&lt;incarnation&gt;</c>.
/// </summary>
public static class InstanceIds
{
    private const string TaskMarker = "._app.";
    private const string PodMarker = "._pod.";

    /// <summary>The id of an instance of the app.</summary>
    /// <param name="appId">The app's path.</param>
    /// <param name="unique">Unique for ever; the caller's source of ids decides.</param>
    public static string NewInstance(string appId, Guid unique) => $"{PathWithUnderscores(appId)}.instance-{unique:D}";

    /// <summary>The id of an instance's task.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="incarnation">1 for its first task.</param>
    public static string Task(string instanceId, int incarnation) =>
        string.Create(CultureInfo.InvariantCulture, $"{instanceId}{TaskMarker}{incarnation}");

    /// <summary>The id of the place of an instance: that of an app's task, or that of a pod's task group.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="incarnation">1 for its first place.</param>
    /// <param name="isPod">It is the instance of a pod.</param>
    public static string Place(string instanceId, int incarnation, bool isPod) => isPod
        ? string.Create(CultureInfo.InvariantCulture, $"{instanceId}{PodMarker}{incarnation}")
        : Task(instanceId, incarnation);

    /// <summary>The id of the task of a pod's container.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="incarnation">1 for its first task.</param>
    public static string ContainerTask(string instanceId, string container, int incarnation) =>
        string.Create(CultureInfo.InvariantCulture, $"{instanceId}.{container}.{incarnation}");

    /// <summary>The instance of a place. A suffix <c>#n</c>, as tasks of a system app have it, stays part of the instance's id.</summary>
    public static string InstanceOf(string taskId)
    {
        var marker = MarkerOf(taskId);
        if (marker < 0)
            return taskId;
        var suffix = taskId.IndexOf('#', marker);
        return suffix < 0 ? taskId[..marker] : string.Concat(taskId.AsSpan(0, marker), taskId.AsSpan(suffix));
    }

    /// <summary>The incarnation of a place; 1 if its id does not say.</summary>
    public static int IncarnationOf(string taskId)
    {
        var marker = MarkerOf(taskId);
        if (marker < 0)
            return 1;
        var number = taskId.AsSpan(marker + TaskMarker.Length);
        var suffix = number.IndexOf('#');
        return int.TryParse(suffix < 0 ? number : number[..suffix], NumberStyles.None, CultureInfo.InvariantCulture, out var incarnation) ? incarnation : 1;
    }

    /// <summary>The path as it stands in ids: <c>/shop/web</c> is <c>shop_web</c>.</summary>
    public static string PathWithUnderscores(string appId) => appId.TrimStart('/').Replace('/', '_');

    // Both markers have the same length.
    private static int MarkerOf(string taskId) =>
        Math.Max(taskId.LastIndexOf(TaskMarker, StringComparison.Ordinal), taskId.LastIndexOf(PodMarker, StringComparison.Ordinal));
}
