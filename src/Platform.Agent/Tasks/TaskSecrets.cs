using System.Text.Json;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>Where the values of a task's secrets are while it lives: in memory-backed files, and nowhere on a disk.</summary>
/// <remarks>Such files outlive the agent, as its tasks do, and are gone with the machine's run, as its tasks are.</remarks>
internal static class TaskSecrets
{
    private const string MemoryBacked = "/dev/shm";

    /// <summary>The folder of a task's secret files.</summary>
    public static string FolderOf(string taskId, WorkDirectory work) => Directory.Exists(MemoryBacked)
        ? Path.Combine(MemoryBacked, "platform-" + work.AgentId, TaskDirectoryName.Of(taskId))
        : work.Secrets(taskId);

    /// <summary>The task as it may be written to the disk: values are left out.</summary>
    public static TaskSpec Without(TaskSpec spec) => HasAny(spec)
        ? spec with
        {
            SecretEnvironment = default,
            Image = spec.Image is { PullConfig: not null } image ? image with { PullConfig = new("") } : spec.Image,
            Volumes = spec.Volumes.Select(v => v.Secret is null ? v : v with { Secret = new("") }).ToValueList(),
        }
        : spec;

    /// <summary>Keeps the values for the next run of the agent.</summary>
    /// <exception cref="IOException">There is no room for them.</exception>
    public static void Save(TaskSpec spec, WorkDirectory work)
    {
        if (!HasAny(spec))
            return;
        var values = spec.Volumes.Where(v => v.Secret is not null).Select(v => KeyValuePair.Create("volume " + v.ContainerPath, v.Secret!))
            .Concat(spec.SecretEnvironment.Select(e => KeyValuePair.Create("env " + e.Key, e.Value)))
            .Concat(spec.Image?.PullConfig is { } pull ? [KeyValuePair.Create("pull", pull)] : [])
            .GroupBy(pair => pair.Key).ToDictionary(same => same.Key, same => same.Last().Value.Value, StringComparer.Ordinal);
        var file = FileOf(spec.TaskId, work);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        WorkDirectory.WriteAtomically(file, JsonSerializer.Serialize(values, AgentJson.Default.DictionaryStringString), secret: true);
    }

    /// <summary>The task with the values that were kept for it; without them if the machine was restarted meanwhile.</summary>
    public static TaskSpec Restore(TaskSpec spec, WorkDirectory work)
    {
        var file = FileOf(spec.TaskId, work);
        if (!File.Exists(file))
            return spec;
        var values = JsonSerializer.Deserialize(File.ReadAllText(file), AgentJson.Default.DictionaryStringString)!;
        return spec with
        {
            SecretEnvironment = values.Where(v => v.Key.StartsWith("env ", StringComparison.Ordinal))
                .Select(v => KeyValuePair.Create(v.Key["env ".Length..], new SecretText(v.Value))).ToValueMap(),
            Volumes = spec.Volumes
                .Select(v => v.Secret is not null && values.TryGetValue("volume " + v.ContainerPath, out var value) ? v with { Secret = new(value) } : v)
                .ToValueList(),
            Image = spec.Image is { PullConfig: not null } image && values.TryGetValue("pull", out var pull) ? image with { PullConfig = new(pull) } : spec.Image,
        };
    }

    /// <summary>The task with new values; those that are not given stay. The same object if nothing differs.</summary>
    public static TaskSpec With(TaskSpec spec, SecretRenewal renewal)
    {
        var environment = spec.SecretEnvironment.Select(variable => KeyValuePair.Create(variable.Key, renewal.Environment.Find(variable.Key) ?? variable.Value)).ToValueMap();
        var volumes = spec.Volumes
            .Select(volume => volume.Secret is not null && renewal.Files.Find(volume.ContainerPath) is { } value ? volume with { Secret = value } : volume).ToValueList();
        return environment == spec.SecretEnvironment && volumes == spec.Volumes ? spec : spec with { SecretEnvironment = environment, Volumes = volumes };
    }

    /// <summary>Destroys all values of the task.</summary>
    public static void Remove(TaskSpec spec, WorkDirectory work)
    {
        if (!HasAny(spec))
            return;
        File.Delete(FileOf(spec.TaskId, work));
        var folder = FolderOf(spec.TaskId, work);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Destroys the values of tasks that are gone without having been tidied up, as when their work directory was damaged.</summary>
    /// <param name="kept">The directory names of the tasks that are there.</param>
    /// <param name="work">The work directory.</param>
    public static void RemoveOthers(IReadOnlySet<string> kept, WorkDirectory work)
    {
        var all = Path.Combine(MemoryBacked, "platform-" + work.AgentId);
        if (!Directory.Exists(all))
            return;
        foreach (var folder in Directory.EnumerateDirectories(all).Where(folder => !kept.Contains(Path.GetFileName(folder))).ToList())
            Directory.Delete(folder, recursive: true);
        foreach (var file in Directory.EnumerateFiles(all).Where(file => !kept.Contains(Path.GetFileNameWithoutExtension(file))).ToList())
            File.Delete(file);
    }

    private static bool HasAny(TaskSpec spec) => !spec.SecretEnvironment.IsEmpty || spec.Volumes.Any(v => v.Secret is not null) || spec.Image?.PullConfig is not null;

    // Beside the folder and not in it: the task may read that.
    private static string FileOf(string taskId, WorkDirectory work) => FolderOf(taskId, work) + ".json";
}
