using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Agent.Watching;

/// <summary>
/// Looks for files that jobs wait for, and tells of each until its job has taken it. A file is told of once it is whole: closed by who wrote it, or
/// moved in. What was seen is on the disk before it is told, so that a file has one number whatever dies.
/// </summary>
internal sealed class FolderWatcher(WorkDirectory work, ValueList<WatchFolder> allowed, ProcessWatcher watcher, TimeProvider time, ILogger logger) : IDisposable
{
    // The kernel tells of changes; this is for disks of which it does not, and for what must be tried again.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    // Several changes are looked at together, and what is being written again and again.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WhileWritten = TimeSpan.FromMilliseconds(250);

    // Where the kernel does not say who writes, a file that has not changed for so long is whole.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    // The clock by which the kernel marks files lags behind by so much at most.
    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);
    private const int AtOnce = 100;

    private readonly SemaphoreSlim _hint = new(0, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Outgoing> _outgoing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _taken = new(StringComparer.Ordinal);
    private FileWatchSet? _wanted;

    // From here on only the loop's own.
    private readonly Dictionary<string, IDisposable> _hints = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Mark, long Since)> _quiet = new(StringComparer.Ordinal);
    private readonly HashSet<string> _complained = new(StringComparer.Ordinal);
    private WatchState _state = new();
    private bool _unwritten;

    /// <summary>Raised when there may be something to send.</summary>
    public event Action? Ready;

    /// <summary>Looks for these from now on, and for nothing else.</summary>
    public void Set(FileWatchSet watches)
    {
        lock (_gate)
            _wanted = watches;
        Hint();
    }

    /// <summary>A job has taken every file up to a number.</summary>
    public void Taken(TakenFiles taken)
    {
        lock (_gate)
        {
            _taken[taken.JobId] = Math.Max(taken.Number, _taken.GetValueOrDefault(taken.JobId));
            if (_outgoing.TryGetValue(taken.JobId, out var outgoing) && outgoing.Files.RemoveAll(file => file.Number <= taken.Number) > 0)
                outgoing.SendNow();
        }
        Hint();
        Ready?.Invoke();
    }

    /// <summary>A new session began: everything that was not taken is told again.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            foreach (var outgoing in _outgoing.Values)
                outgoing.SendNow();
        }
    }

    /// <summary>What is due to be told, of each job in the order of the numbers.</summary>
    public ValueList<AppearedFile> Take()
    {
        var due = new List<AppearedFile>();
        var now = time.GetTimestamp();
        lock (_gate)
        {
            foreach (var outgoing in _outgoing.Values)
            {
                if (outgoing.Files.Count == 0 || (outgoing.SentAt is { } sent && time.GetElapsedTime(sent, now) < outgoing.Interval))
                    continue;
                outgoing.Interval = outgoing.SentAt is null ? FirstRetry : outgoing.Interval * 2 < LongestRetry ? outgoing.Interval * 2 : LongestRetry;
                outgoing.SentAt = now;
                due.AddRange(outgoing.Files.Take(AtOnce));
            }
        }
        return due.ToValueList();
    }

    /// <summary>Looks until cancelled. Without a folder that it may look into it does nothing.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (allowed.IsEmpty && !File.Exists(work.WatchedFiles))
            return;
        Load();
        try
        {
            while (true)
            {
                var isBusy = false;
                try
                {
                    isBusy = Look();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    Complain("", $"{work.WatchedFiles} cannot be written, and files that appear are told when it can: {e.Message}");
                }
                Ready?.Invoke();
                var pause = isBusy ? WhileWritten : IsTelling() ? FirstRetry : LookAgain;
                await _hint.WaitAsync(pause, cancellation).ConfigureAwait(false);
                await Task.Delay(Together, time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
        finally
        {
            foreach (var hint in _hints.Values)
                hint.Dispose();
        }
    }

    /// <summary>To be called when <see cref="RunAsync"/> has ended.</summary>
    public void Dispose() => _hint.Dispose();

    private bool IsTelling()
    {
        lock (_gate)
            return _outgoing.Values.Any(outgoing => outgoing.Files.Count > 0);
    }

    private void Hint()
    {
        try
        {
            _hint.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will look anyway.
        }
    }

    // True: something is there that is not whole yet.
    private bool Look()
    {
        var changed = _unwritten | TakeOrders();
        var isBusy = false;
        foreach (var folder in _state.Folders)
        {
            try
            {
                isBusy |= Look(folder, ref changed);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Complain(folder.Watch.Folder, $"{folder.Watch.Folder} cannot be looked through now: {e.Message}");
            }
        }
        foreach (var gone in _hints.Keys.Except(_state.Folders.Select(folder => folder.Watch.Folder)).ToList())
        {
            _hints.Remove(gone, out var hint);
            hint!.Dispose();
        }
        if (changed)
        {
            // Until it is written nothing new is told.
            _unwritten = true;
            WorkDirectory.WriteAtomically(work.WatchedFiles, JsonSerializer.Serialize(_state, AgentJson.Default.WatchState), toDisk: true);
            _unwritten = false;
            _complained.Remove("");
        }
        Offer();
        return isBusy;
    }

    private bool TakeOrders()
    {
        FileWatchSet? wanted;
        Dictionary<string, long> taken;
        lock (_gate)
        {
            (wanted, _wanted) = (_wanted, null);
            taken = new(_taken, StringComparer.Ordinal);
            _taken.Clear();
        }
        var changed = false;
        if (wanted is not null)
        {
            var kept = _state.Folders.Where(folder => wanted.All.Contains(folder.Watch)).ToList();
            var added = wanted.All.Where(watch => !_state.Folders.Exists(folder => folder.Watch == watch)).Select(watch => new WatchedFolder { Watch = watch }).ToList();
            changed = added.Count > 0 || kept.Count < _state.Folders.Count;
            _state = _state with { Folders = [.. kept, .. added] };
        }
        foreach (var folder in _state.Folders)
        {
            if (!taken.TryGetValue(folder.Watch.JobId, out var number))
                continue;
            foreach (var key in folder.Untaken.Keys.Where(key => NumberOf(key) <= number).ToList())
                changed |= folder.Untaken.Remove(key);
        }
        return changed;
    }

    private bool Look(WatchedFolder folder, ref bool changed)
    {
        var path = folder.Watch.Folder;
        if (RealFolder(path) is not { } real)
            return false;
        // Before it is looked through, so that nothing is missed in between.
        EnsureHint(path, real);
        var isBusy = false;
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in Directory.EnumerateFileSystemEntries(real))
        {
            var name = Path.GetFileName(entry);
            if (!FilePattern.Matches(folder.Watch.Pattern, name) || FileMark.Of(entry) is not { } mark)
                continue;
            there.Add(name);
            if (folder.Seen.GetValueOrDefault(name) == mark.Text)
                continue;
            var isOld = !folder.Begun && mark.Changed < folder.Watch.Since - Coarse;
            if (!isOld && !IsWhole(entry, mark))
            {
                isBusy = true;
                continue;
            }
            _quiet.Remove(entry);
            folder.Seen[name] = mark.Text;
            changed = true;
            // A job gets a file once, also if several of its patterns mean it.
            if (isOld || _state.Folders.Exists(other => other != folder && other.Watch.JobId == folder.Watch.JobId && other.Watch.Folder == path && other.Seen.GetValueOrDefault(name) == mark.Text))
                continue;
            _state = _state with { Last = Math.Max(_state.Last + 1, time.GetUtcNow().ToUnixTimeMilliseconds()) };
            folder.Untaken[_state.Last.ToString(CultureInfo.InvariantCulture)] = Path.Combine(path, name);
            logger.LogInformation("{File} has appeared for job {JobId}", Path.Combine(path, name), folder.Watch.JobId);
        }
        foreach (var gone in folder.Seen.Keys.Where(name => !there.Contains(name)).ToList())
            changed |= folder.Seen.Remove(gone);
        changed |= !folder.Begun;
        folder.Begun = true;
        _complained.Remove(path);
        return isBusy;
    }

    private bool IsWhole(string path, FileMark mark)
    {
        if (FileMark.IsBeingWritten(path) is { } written)
            return !written && FileMark.Of(path)?.Text == mark.Text;
        if (!_quiet.TryGetValue(path, out var before) || before.Mark != mark.Text)
        {
            _quiet[path] = (mark.Text, time.GetTimestamp());
            return false;
        }
        return time.GetElapsedTime(before.Since) >= Quiet;
    }

    // The folder with all links followed: it must be one that this agent allows. Null: it is not there, or is not.
    private string? RealFolder(string path)
    {
        if (!Directory.Exists(path) || Libc.RealPath(path) is not { } real)
        {
            Complain(path, $"{path} is not there, and is looked for again");
            return null;
        }
        if (allowed.Any(one => WatchFolders.Contains(one.Path, path) && Libc.RealPath(one.Path) is { } root && WatchFolders.Contains(root, real)))
            return real;
        Complain(path, $"{path} is not looked into: it lies in no folder that --watch-folder allows");
        return null;
    }

    private void EnsureHint(string path, string real)
    {
        // Asked for each time: a folder that was removed and made again is another one, and the kernel answers with the same watch otherwise.
        _hints.TryGetValue(path, out var before);
        try
        {
            _hints[path] = watcher.Watch(real, Hint);
        }
        catch (IOException e)
        {
            Complain(path + "\n", $"Changes of {path} are noticed every {LookAgain.TotalSeconds:0} s only: {e.Message}");
            return;
        }
        before?.Dispose();
    }

    private void Offer()
    {
        lock (_gate)
        {
            foreach (var job in _state.Folders.GroupBy(folder => folder.Watch.JobId))
            {
                if (!_outgoing.TryGetValue(job.Key, out var outgoing))
                    _outgoing[job.Key] = outgoing = new();
                var known = outgoing.Files.Count == 0 ? 0 : outgoing.Files[^1].Number;
                var taken = _taken.GetValueOrDefault(job.Key);
                var fresh = job.SelectMany(folder => folder.Untaken)
                    .Select(file => new AppearedFile(job.Key, NumberOf(file.Key), file.Value))
                    .Where(file => file.Number > known && file.Number > taken)
                    .OrderBy(file => file.Number)
                    .ToList();
                if (fresh.Count == 0)
                    continue;
                outgoing.Files.AddRange(fresh);
                outgoing.SendNow();
            }
            foreach (var over in _outgoing.Keys.Except(_state.Folders.Select(folder => folder.Watch.JobId)).ToList())
                _outgoing.Remove(over);
        }
    }

    private void Load()
    {
        try
        {
            if (SmallJson() is { } state)
                _state = state;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // With other numbers than before, so that no file that a job has not taken is thought to be taken.
            logger.LogError("{File} cannot be read, and files that are there count as new: {Reason}", work.WatchedFiles, e.Message);
        }
        Offer();
    }

    private WatchState? SmallJson() =>
        File.Exists(work.WatchedFiles) ? JsonSerializer.Deserialize(File.ReadAllText(work.WatchedFiles), AgentJson.Default.WatchState) : null;

    // Once, until it is well again.
    private void Complain(string about, string what)
    {
        if (_complained.Add(about))
            logger.LogWarning("{What}", what);
    }

    private static long NumberOf(string key) => long.Parse(key, NumberStyles.None, CultureInfo.InvariantCulture);

    private sealed class Outgoing
    {
        public List<AppearedFile> Files { get; } = [];

        public long? SentAt { get; set; }

        public TimeSpan Interval { get; set; } = FirstRetry;

        public void SendNow() => SentAt = null;
    }
}
