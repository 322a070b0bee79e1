using System.Text.Json;
using Microsoft.Extensions.Logging;
using Platform.Agent.Files;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <content>What is kept of tasks on disk.</content>
internal sealed partial class TaskTable
{
    // How a task ended whose end was acknowledged; without an id if that cannot be read any more; null if there was none.
    private TaskUpdate? FindEnded(string taskId)
    {
        var file = _services.Work.EndedFile(taskId);
        try
        {
            if (TaskFile.Read(file)?.Last is { } last)
                return last;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            _services.Logger.LogWarning("How the task {TaskId} ended cannot be read from {File}: {Reason}", taskId, file, e.Message);
        }
        return File.Exists(file) ? new() { TaskId = "", Owner = "", State = TaskState.Lost } : null;
    }

    /// <summary>What an earlier run of the agent wrote of a task; null if it is nothing to go on with, which is then tidied up.</summary>
    private AgentTask? Load(string file)
    {
        TaskFile? known = null;
        try
        {
            known = TaskFile.Read(file);
            if (known is null)
            {
                _services.Logger.LogWarning("The launch of a task was not written to its end in {File} and does not count", file);
                File.Delete(file);
                return null;
            }
            if (known.Record is { } record)
                return AgentTask.Recover(record, known.Kill, _services);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            _services.Logger.LogError("The record of a task in {File} cannot be read, the task is given up: {Reason}", file, e.Message);
        }
        Archive(file, known?.Last);
        return null;
    }

    // The content first: if the agent dies between the two, the file is recognised for what it is.
    private void Archive(string file, TaskUpdate? last)
    {
        var name = Path.GetFileName(file);
        try
        {
            if (last is not null)
                TaskFile.Conclude(file, last);
            else
                SmallFile.Replace(file, []);
            File.Move(file, Path.Combine(_services.Work.Ended, name), overwrite: true);
            _collector.Add(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _services.Logger.LogWarning("The record of an ended task in {File} could not be put away: {Reason}", file, e.Message);
        }
    }
}
