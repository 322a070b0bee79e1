using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;

namespace Platform.Agent.Sandboxes;

/// <summary>Removes sandboxes of tasks that are over when they are old, or sooner when the disk fills.</summary>
internal sealed class SandboxCollector
{
    private readonly WorkDirectory _work;
    private readonly TimeSpan _retention;
    private readonly double _headroom;
    private readonly Func<(long Total, long Free)> _disk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Queue<(string Name, DateTimeOffset EndedAt)> _ended = new();

    /// <param name="work">The agent's folder.</param>
    /// <param name="retention">The longest that a sandbox stays.</param>
    /// <param name="headroom">The part of the disk that shall stay free, 0 to 1.</param>
    /// <param name="disk">The size of the disk and what is free of it, bytes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public SandboxCollector(WorkDirectory work, TimeSpan retention, double headroom, Func<(long Total, long Free)> disk, TimeProvider time, ILogger logger)
    {
        _work = work;
        _retention = retention;
        _headroom = headroom;
        _disk = disk;
        _time = time;
        _logger = logger;
        foreach (var file in new DirectoryInfo(work.Ended).EnumerateFiles().OrderBy(f => f.LastWriteTimeUtc))
            _ended.Enqueue((file.Name, file.LastWriteTimeUtc));
    }

    /// <summary>The age up to which sandboxes stay now: the retention, shortened by the part of the disk that is used (Mesos' gc_delay and gc_disk_headroom).</summary>
    public static TimeSpan MaximumAge(TimeSpan retention, double headroom, double used) => retention * Math.Max(0, 1 - headroom - used);

    /// <summary>A task is over: its sandbox may be collected.</summary>
    public void Add(string name)
    {
        lock (_gate)
            _ended.Enqueue((name, _time.GetUtcNow()));
    }

    /// <summary>Removes what is due. Returns how many.</summary>
    public int Collect()
    {
        var (total, free) = _disk();
        var used = total > 0 ? 1 - ((double)free / total) : 0;
        var oldest = _time.GetUtcNow() - MaximumAge(_retention, _headroom, used);
        var count = 0;
        while (Next(oldest) is { } name)
        {
            try
            {
                if (Path.Combine(_work.Sandboxes, name) is var sandbox && Directory.Exists(sandbox))
                    Directory.Delete(sandbox, recursive: true);
                File.Delete(Path.Combine(_work.Ended, name));
                count++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _logger.LogWarning("The sandbox {Sandbox} could not be removed: {Reason}", name, e.Message);
            }
        }
        if (count > 0)
            _logger.LogInformation("Removed {Count} sandboxes of tasks that ended before {Time}; the disk is {Used:P0} full", count, oldest, used);
        return count;
    }

    private string? Next(DateTimeOffset oldest)
    {
        lock (_gate)
            return _ended.TryPeek(out var first) && first.EndedAt <= oldest ? _ended.Dequeue().Name : null;
    }
}
