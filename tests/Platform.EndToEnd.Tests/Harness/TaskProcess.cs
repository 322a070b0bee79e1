namespace Platform.EndToEnd.Tests.Harness;

/// <summary>A task as the machine has it: a process that was started with the task's environment.</summary>
internal sealed record TaskProcess(int Id, string TaskId, string App, string Version, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>All live processes under a folder that run a command (as in <c>/proc/PID/comm</c>) as a task.</summary>
    internal static IEnumerable<TaskProcess> All(string folder, string command)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var id) && Signals.IsAlive(id) && Read(id, folder, command) is { } process)
                yield return process;
        }
    }

    private static TaskProcess? Read(int id, string folder, string command)
    {
        try
        {
            if (File.ReadAllText($"/proc/{id}/comm").TrimEnd() != command
                || File.ResolveLinkTarget($"/proc/{id}/cwd", returnFinalTarget: false)?.FullName.StartsWith(folder, StringComparison.Ordinal) != true)
                return null;
            var environment = File.ReadAllText($"/proc/{id}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.Last()[1]);
            return environment.TryGetValue("MESOS_TASK_ID", out var task)
                ? new TaskProcess(id, task, environment.GetValueOrDefault("MARATHON_APP_ID", ""), environment.GetValueOrDefault("MARATHON_APP_VERSION", ""), environment)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
