using System.Security.Cryptography;
using System.Text;

namespace Platform.Agent.Fetching;

/// <summary>Fetched files that tasks share, by address, up to a size: the one that was not used for longest goes first.</summary>
internal sealed class FetchCache
{
    private readonly string _folder;
    private readonly long _capacity;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _uses;

    /// <param name="folder">Where the files are. What an earlier run of the agent left there is used on.</param>
    /// <param name="capacity">Bytes.</param>
    public FetchCache(string folder, long capacity)
    {
        _folder = folder;
        _capacity = capacity;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderBy(f => f.LastAccessTimeUtc))
        {
            if (file.Extension == ".part")
                file.Delete();
            else
                _entries[file.Name] = Known(file, ++_uses);
        }
    }

    /// <summary>The most bytes that it holds.</summary>
    public long Capacity => _capacity;

    /// <summary>The file of this address, which is brought by the first that asks while others wait. Held until disposed.</summary>
    /// <exception cref="IOException">It is larger than the cache.</exception>
    public async Task<Lease> GetAsync(string uri, Func<string, Task> bring, CancellationToken cancellation)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(uri)));
        while (true)
        {
            Entry entry;
            var mine = false;
            lock (_gate)
            {
                if (!_entries.TryGetValue(key, out entry!))
                {
                    entry = _entries[key] = new Entry(Path.Combine(_folder, key));
                    mine = true;
                }
                entry.Holders++;
                entry.LastUse = ++_uses;
            }
            var lease = new Lease(this, entry);
            try
            {
                if (mine)
                    await BringAsync(key, entry, bring).ConfigureAwait(false);
                else
                    await entry.Ready.Task.WaitAsync(cancellation).ConfigureAwait(false);
                if (File.Exists(entry.Path))
                    return lease;
            }
            catch (Exception) when (!mine && !cancellation.IsCancellationRequested)
            {
                // Whoever brought it gave up or failed; this one tries itself.
            }
            catch
            {
                lease.Dispose();
                throw;
            }
            lock (_gate)
            {
                if (_entries.TryGetValue(key, out var current) && current == entry)
                    _entries.Remove(key);
            }
            lease.Dispose();
        }
    }

    private async Task BringAsync(string key, Entry entry, Func<string, Task> bring)
    {
        var part = entry.Path + ".part";
        try
        {
            await bring(part).ConfigureAwait(false);
            lock (_gate)
            {
                entry.Size = new FileInfo(part).Length;
                if (entry.Size > _capacity)
                    throw new IOException($"it has {entry.Size} bytes, more than the cache of {_capacity} bytes");
                File.Move(part, entry.Path, overwrite: true);
                Evict();
            }
            entry.Ready.SetResult();
        }
        catch (Exception e)
        {
            File.Delete(part);
            lock (_gate)
                _entries.Remove(key);
            entry.Ready.SetException(e);
            _ = entry.Ready.Task.Exception; // Others may or may not wait for it.
            throw;
        }
    }

    private static Entry Known(FileInfo file, long use)
    {
        var entry = new Entry(file.FullName) { Size = file.Length, LastUse = use };
        entry.Ready.SetResult();
        return entry;
    }

    private void Evict()
    {
        var total = _entries.Values.Sum(e => e.Size);
        foreach (var (key, entry) in _entries.OrderBy(e => e.Value.LastUse).ToList())
        {
            if (total <= _capacity)
                return;
            if (entry.Holders > 0)
                continue;
            File.Delete(entry.Path);
            _entries.Remove(key);
            total -= entry.Size;
        }
    }

    private void Release(Entry entry)
    {
        lock (_gate)
        {
            entry.Holders--;
            Evict();
        }
    }

    private void Discard(Entry entry)
    {
        lock (_gate)
        {
            // It may have been brought anew meanwhile.
            var key = Path.GetFileName(entry.Path);
            if (_entries.GetValueOrDefault(key) != entry)
                return;
            _entries.Remove(key);
            File.Delete(entry.Path);
        }
    }

    /// <summary>A file of the cache that stays while it is used.</summary>
    internal sealed class Lease : IDisposable
    {
        private readonly FetchCache _cache;
        private readonly Entry _entry;

        internal Lease(FetchCache cache, Entry entry) => (_cache, _entry) = (cache, entry);

        /// <summary>The file.</summary>
        public string Path => _entry.Path;

        /// <summary>The file is of no use: whoever asks next has it brought anew.</summary>
        public void Discard() => _cache.Discard(_entry);

        public void Dispose() => _cache.Release(_entry);
    }

    internal sealed class Entry(string path)
    {
        public string Path { get; } = path;

        public long Size { get; set; }

        public int Holders { get; set; }

        public long LastUse { get; set; }

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
