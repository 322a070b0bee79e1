using System.Globalization;

namespace Platform.Agent.Fetching;

/// <summary>
/// How much may be fetched and unpacked for one task: a number of bytes and of entries, and in any case no more than leaves a reserve free on the disk, which
/// the agent's journal and its other tasks are on. It is asked before and while something is written, never after.
/// </summary>
/// <remarks>What an archive says of the size of its entries is not believed: what is unpacked counts.</remarks>
/// <param name="bytes">The most bytes; null: as many as the disk has room for.</param>
/// <param name="what">Where that number comes from, for the reason of a failure.</param>
/// <param name="entries">The most files, folders and links of all archives together.</param>
internal sealed class FetchBudget(long? bytes = null, string what = "--fetch-limit", int entries = FetchBudget.MostEntries)
{
    /// <summary>An archive of nothing but empty files would take all of a disk's inodes. 1,000,000.</summary>
    public const int MostEntries = 1_000_000;

    /// <summary>After so many bytes the disk is looked at again.</summary>
    public const long Step = 8L << 20;

    private const long LeastReserve = 64L << 20;
    private const long MostReserve = 2L << 30;

    private readonly List<string> _made = [];
    private long _taken;
    private long _unlooked = Step;
    private int _entries;

    /// <summary>What stays free of a disk: a fiftieth of it, at least 64 MiB and at most 2 GiB.</summary>
    public static long ReserveOf(DriveInfo disk) => Math.Clamp(disk.TotalSize / 50, LeastReserve, MostReserve);

    /// <summary>So many bytes are about to be written to a folder.</summary>
    /// <exception cref="FetchLimitException">There is no room for them.</exception>
    public void Take(string folder, long count)
    {
        _taken += count;
        if (_taken > bytes)
            throw new FetchLimitException(string.Create(CultureInfo.InvariantCulture, $"it is more than the {bytes} bytes that may be fetched and unpacked for the task ({what})"));
        _unlooked += count;
        if (_unlooked < Step)
            return;
        _unlooked = 0;
        var disk = new DriveInfo(folder);
        if (disk.AvailableFreeSpace - count < ReserveOf(disk))
            throw new FetchLimitException($"it would fill the disk of this agent, of which {ReserveOf(disk) >> 20} MB stay free");
    }

    /// <summary>A file, a folder or a link is about to be made.</summary>
    /// <exception cref="FetchLimitException">There are too many.</exception>
    public void TakeEntry(string path)
    {
        if (++_entries > entries)
            throw new FetchLimitException(string.Create(CultureInfo.InvariantCulture, $"there are more than {entries} files and folders in it"));
        _made.Add(path);
    }

    /// <summary>Copies a stream to another one that writes in a folder.</summary>
    /// <exception cref="FetchLimitException">There is no room for it.</exception>
    public async Task CopyAsync(Stream from, Stream to, string folder, CancellationToken cancellation)
    {
        var buffer = new byte[81_920];
        while (await from.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var count)
        {
            Take(folder, count);
            await to.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Removes all that was made, the last first; a folder that was there before and has other things in it stays.</summary>
    public void RemoveMade()
    {
        foreach (var path in Enumerable.Reverse(_made))
        {
            try
            {
                // A link is removed, and not what it leads to.
                if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null } folder)
                    folder.Delete();
                else
                    File.Delete(path);
            }
            catch (IOException)
            {
                // It has something in it that was there before.
            }
        }
        _made.Clear();
    }
}
