namespace Platform.Core.Apps;

/// <summary>Which secrets an app uses, and what it does when one of them changes.</summary>
public static class SecretUse
{
    /// <summary>True if the definition names one of these paths among its secrets.</summary>
    public static bool Uses(AppSpec spec, IReadOnlySet<string> paths) => !spec.Secrets.IsEmpty && spec.Secrets.Values.Any(paths.Contains);

    /// <summary>What the app does when one changes.</summary>
    public static SecretChange OnChange(AppSpec spec) => spec.Extension?.SecretChange?.Mode ?? SecretChange.None;

    /// <summary>The tasks of an instance that have not been given values as late as a change: those that run and whose agent says what they have.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="change">The number of the change.</param>
    public static IEnumerable<string> Behind(InstanceState instance, long change)
    {
        if (instance.Parked || instance.Doomed)
            return [];
        if (!instance.IsPod)
            return IsBehind(instance.State, instance.LastStatus, change) ? [instance.TaskId] : [];
        return instance.Containers.Where(container => container.IsLive && IsBehind(container.State, container.LastStatus, change)).Select(container => container.TaskId);
    }

    private static bool IsBehind(Tasks.TaskState state, Tasks.TaskUpdate? status, long change) =>
        state == Tasks.TaskState.Running && status?.SecretsAsOf is { } has && has < change;
}
