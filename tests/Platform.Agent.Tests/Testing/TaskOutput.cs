using Platform.Agent.Processes;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Testing;

/// <summary>What a task has written.</summary>
internal static class TaskOutput
{
    /// <summary>Waits until the task's output, or another file in its sandbox, holds the text; returns all of it.</summary>
    public static async Task<string> WaitForAsync(TaskUpdate running, string text, string name = "stdout")
    {
        var file = Path.Combine(running.Sandbox!, name);
        using var watcher = new ProcessWatcher();
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var watch = watcher.Watch(running.Sandbox!, () => changed.TrySetResult());
            var output = File.Exists(file) ? await File.ReadAllTextAsync(file) : "";
            if (output.Contains(text, StringComparison.Ordinal))
                return output;
            await changed.Task.BeforeDeadline();
        }
    }
}
