using Platform.Core.Allocation;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Core.Jobs;

/// <summary>Which folders of which agents jobs wait for.</summary>
public static class WatchFolders
{
    private const int LongestPath = 4096;

    /// <summary>Reads what an agent allows: <c>NAME=PATH</c> or <c>PATH</c>, several separated by commas.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    public static ValueList<WatchFolder> Parse(string text, ICollection<string> problems)
    {
        var folders = new List<WatchFolder>();
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = item.StartsWith('/') ? -1 : item.IndexOf('=', StringComparison.Ordinal);
            var (name, path) = equals < 0 ? ("", item) : (item[..equals], item[(equals + 1)..]);
            if (equals == 0 || !name.All(IsNameCharacter) || name is "." or "..")
                problems.Add($"'{name}' is no name for a folder; use letters, digits, '.', '_' and '-'");
            else if (name.Length > 0 && folders.Any(other => other.Name == name))
                problems.Add($"the name '{name}' is given twice");
            else if (!path.StartsWith('/') || !IsPlain(path))
                problems.Add($"'{path}' is no absolute path without '.' and '..'; write /data/incoming or incoming=/data/incoming");
            else
                folders.Add(new(name, Trim(path)));
        }
        return folders.ToValueList();
    }

    /// <summary>Why a job cannot wait for a folder, whatever agents allow; null: it can.</summary>
    public static string? Problem(string folder) =>
        folder.Length is 0 or > LongestPath || !IsPlain(folder) ? $"'{folder}' is no folder; write an absolute path, or the name of a folder that agents watch, without '.' and '..'"
        : folder[0] != '/' && !folder.Split('/')[0].All(IsNameCharacter) ? $"'{folder}' begins with no name of a folder; write an absolute path, or a name as agents have it after --watch-folder"
        : null;

    /// <summary>The absolute path of the folder that a job names; null: the agent does not allow it.</summary>
    public static string? Resolve(string folder, IEnumerable<WatchFolder> allowed)
    {
        if (Problem(folder) is not null)
            return null;
        folder = Trim(folder);
        if (folder[0] == '/')
            return allowed.Any(one => Contains(one.Path, folder)) ? folder : null;
        var slash = folder.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? folder : folder[..slash];
        return allowed.FirstOrDefault(one => one.Name == name) is { } found ? found.Path.TrimEnd('/') + (slash < 0 ? "" : folder[slash..]) : null;
    }

    /// <summary>Whether a path is that of a folder or lies in it.</summary>
    public static bool Contains(string folder, string path) =>
        path == folder || folder == "/" || (path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == '/');

    /// <summary>What an agent shall look for.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="allowed">The folders that it allows.</param>
    /// <param name="jobs">What each job waits for, and since when.</param>
    public static FileWatchSet Of(AllocatorAgent agent, ValueList<WatchFolder> allowed, IEnumerable<(string JobId, DateTimeOffset Since, FileTriggerSpec Trigger)> jobs)
    {
        var pool = ResourceCarving.ToPool(agent);
        return new(jobs
            .Where(job => job.Trigger.Constraints.All(constraint => new StaticConstraint(Of(constraint)).Holds(pool)))
            .Select(job => (job, Path: Resolve(job.Trigger.Folder, allowed)))
            .Where(found => found.Path is not null)
            .Select(found => new FileWatch(found.job.JobId, found.Path!, found.job.Trigger.Pattern, found.job.Since))
            .Distinct()
            .ToValueList());
    }

    /// <summary>Why an agent cannot be chosen by a constraint; null: it can.</summary>
    public static string? Problem(ConstraintSpec constraint)
    {
        string?[] parts = constraint.Value is null ? [constraint.Field, constraint.Operator] : [constraint.Field, constraint.Operator, constraint.Value];
        if (ConstraintSyntax.Parse(parts!, out var problem) is not { } parsed)
            return problem ?? "is not understood";
        return StaticConstraint.Covers(parsed) ? null : $"{constraint.Operator} compares tasks with each other; take LIKE, UNLIKE, IS, or CLUSTER with a value";
    }

    private static Constraint Of(ConstraintSpec constraint) => new(constraint.Field, ConstraintSyntax.OperatorOf(constraint.Operator)!.Value, constraint.Value);

    private static bool IsPlain(string path) =>
        !path.Contains('\0', StringComparison.Ordinal) && path.TrimEnd('/').Split('/').Skip(path.StartsWith('/') ? 1 : 0).All(part => part is not ("" or "." or "..")) || path == "/";

    private static string Trim(string path) => path.Length > 1 ? path.TrimEnd('/') : path;

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
