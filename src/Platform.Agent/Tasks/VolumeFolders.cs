using System.Text.Json;
using Microsoft.Extensions.Logging;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>Persistent volumes: a folder each, in the work directory or on the disk that the volume was placed on, and what is known of each in a file.</summary>
internal static class VolumeFolders
{
    private const string Extension = ".json";

    /// <summary>Makes the folder of a task's volume if it is not there yet. What is known of it is written down first, so that no folder is ever forgotten.</summary>
    /// <returns>The folder.</returns>
    public static string Open(VolumeSpec volume, TaskSpec task, WorkDirectory work)
    {
        var known = volume.Persistent ?? new() { Id = volume.PersistentId!, AgentId = "", Owner = task.Owner, Role = task.Role };
        var folder = FolderOf(known, work);
        var file = work.Volume(known.Id) + Extension;
        if (!File.Exists(file))
            WorkDirectory.WriteAtomically(file, JsonSerializer.Serialize(known, AgentJson.Default.PersistentVolume));
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>All volumes, by id.</summary>
    public static ValueList<PersistentVolume> List(WorkDirectory work, ILogger logger)
    {
        var volumes = new List<PersistentVolume>();
        foreach (var file in Directory.EnumerateFiles(work.Volumes, "*" + Extension))
        {
            if (Read(file, logger) is { } volume)
                volumes.Add(volume);
        }
        return volumes.OrderBy(volume => volume.Id, StringComparer.Ordinal).ToValueList();
    }

    /// <summary>Deletes a volume with all that is in it. One that is not there is not an error; one that cannot be deleted is reported again at the next registration.</summary>
    public static void Destroy(string id, WorkDirectory work, ILogger logger)
    {
        var file = work.Volume(id) + Extension;
        try
        {
            var folder = File.Exists(file) && Read(file, logger) is { } volume ? FolderOf(volume, work) : work.Volume(id);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            File.Delete(file);
            logger.LogInformation("Persistent volume {Volume} destroyed", id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError("Persistent volume {Volume} could not be destroyed: {Reason}", id, e.Message);
        }
    }

    // On another disk it gets a folder of its own beside whatever else is there.
    private static string FolderOf(PersistentVolume volume, WorkDirectory work) =>
        volume.Root is { } root ? Path.Combine(root, "volumes", TaskDirectoryName.Of(volume.Id)) : work.Volume(volume.Id);

    private static PersistentVolume? Read(string file, ILogger logger)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), AgentJson.Default.PersistentVolume);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            logger.LogError("What is known of a persistent volume cannot be read from {File}: {Reason}", file, e.Message);
            return null;
        }
    }
}
