using System.Text.Json;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Agent.Usage;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Removes images that tasks of this agent have used and nobody uses any more: by age, sooner as the engine's disk fills.</summary>
/// <param name="work">Where the times of use are kept.</param>
/// <param name="retention">The longest that an image stays unused.</param>
/// <param name="headroom">The part of the disk that shall stay free, 0 to 1.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what goes.</param>
internal sealed class ImageCollector(WorkDirectory work, TimeSpan retention, double headroom, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly string _file = Path.Combine(work.Root, "images.json");
    private Dictionary<string, long>? _uses;

    /// <summary>An image is about to be used.</summary>
    public void Use(string reference)
    {
        lock (_gate)
        {
            var uses = Load();
            uses[reference] = time.GetUtcNow().ToUnixTimeSeconds();
            Save(uses);
        }
    }

    /// <summary>Removes what has to go. The engine itself refuses to remove an image that a container uses.</summary>
    public Task CollectAsync(DockerClient client, string? folder, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var limit = (now - retention).ToUnixTimeSeconds();
        // One that was used just now may be waiting for its container.
        return CollectAsync(client, (_, usedAt) => now.ToUnixTimeSeconds() - usedAt >= 60 && (usedAt <= limit || IsFull(folder)), cancellation);
    }

    /// <summary>Removes all that no container uses, but for these.</summary>
    public Task PruneAsync(DockerClient client, IReadOnlyCollection<string> excluded, CancellationToken cancellation)
    {
        var stay = excluded.Select(ImageReference.Normalize).ToHashSet(StringComparer.Ordinal);
        return CollectAsync(client, (reference, _) => !stay.Contains(ImageReference.Normalize(reference)), cancellation);
    }

    private async Task CollectAsync(DockerClient client, Func<string, long, bool> goes, CancellationToken cancellation)
    {
        List<KeyValuePair<string, long>> oldest;
        lock (_gate)
            oldest = [.. Load().OrderBy(use => use.Value)];
        if (oldest.Count == 0)
            return;
        var inUse = (await client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, cancellation).ConfigureAwait(false))
            .SelectMany(container => (string[])[container.Image, container.ImageID]).ToHashSet(StringComparer.Ordinal);
        foreach (var (reference, usedAt) in oldest)
        {
            if (inUse.Contains(reference) || !goes(reference, usedAt))
                continue;
            await RemoveAsync(client, reference, cancellation).ConfigureAwait(false);
        }
    }

    private async Task RemoveAsync(DockerClient client, string reference, CancellationToken cancellation)
    {
        try
        {
            await client.Images.DeleteImageAsync(reference, new ImageDeleteParameters { Force = false }, cancellation).ConfigureAwait(false);
            logger.LogInformation("Image {Image} is not used any more and was removed", reference);
        }
        catch (DockerImageNotFoundException)
        {
            // Somebody else removed it.
        }
        catch (DockerApiException e)
        {
            logger.LogDebug("Image {Image} stays: {Reason}", reference, PullFailure.MessageOf(e));
            return;
        }
        lock (_gate)
        {
            var uses = Load();
            uses.Remove(reference);
            Save(uses);
        }
    }

    private bool IsFull(string? folder)
    {
        if (folder is null || !Directory.Exists(folder))
            return false;
        var (total, free) = UsageMeter.DiskSpace(folder);
        return total > 0 && free < total * headroom;
    }

    private Dictionary<string, long> Load()
    {
        if (_uses is not null)
            return _uses;
        try
        {
            _uses = File.Exists(_file) ? JsonSerializer.Deserialize(File.ReadAllText(_file), AgentJson.Default.DictionaryStringInt64) : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            logger.LogWarning("When images were used cannot be read from {File}: {Reason}", _file, e.Message);
        }
        return _uses ??= new(StringComparer.Ordinal);
    }

    private void Save(Dictionary<string, long> uses)
    {
        try
        {
            WorkDirectory.WriteAtomically(_file, JsonSerializer.Serialize(uses, AgentJson.Default.DictionaryStringInt64));
        }
        catch (IOException e)
        {
            logger.LogDebug("When images were used cannot be written: {Reason}", e.Message);
        }
    }
}
