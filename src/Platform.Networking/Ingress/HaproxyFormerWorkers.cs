namespace Platform.Networking.Ingress;

/// <summary>The workers that reloads have replaced: they finish what they have under way, and no socket tells of it.</summary>
internal sealed class HaproxyFormerWorkers
{
    // Each keeps connections for as long as clients do; who reloads more often than they end has a drain time.
    private const int Most = 32;

    private Worker[] _workers = [];

    /// <summary>What those that are still there may have sessions at. By any thread.</summary>
    internal IEnumerable<string> Endpoints => Volatile.Read(ref _workers).Where(worker => !worker.HasGone()).SelectMany(worker => worker.Endpoints);

    /// <summary>One is about to be replaced.</summary>
    /// <param name="pid">Its process id.</param>
    /// <param name="isVisible">It is a process that is seen from here; otherwise nobody can tell when it has gone.</param>
    /// <param name="endpoints">What it may have sessions at.</param>
    internal void Add(int pid, bool isVisible, HashSet<string> endpoints) =>
        Volatile.Write(ref _workers, [.. _workers.Where(worker => !worker.HasGone()).TakeLast(Most), new(pid, isVisible, endpoints)]);

    private sealed record Worker(int Pid, bool IsVisible, HashSet<string> Endpoints)
    {
        internal bool HasGone() => IsVisible && !File.Exists($"/proc/{Pid}/stat");
    }
}
