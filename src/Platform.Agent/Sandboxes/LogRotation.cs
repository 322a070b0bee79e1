using Platform.Agent.Processes;

namespace Platform.Agent.Sandboxes;

/// <summary>
/// Keeps stdout and stderr small while their writers hold them open: the first part moves to stdout.1 and is taken off the front of
/// the file in place (fallocate with FALLOC_FL_COLLAPSE_RANGE on ext4 and xfs), so that no byte is lost and none is copied twice.
/// Where the file system cannot do that, the file is copied and cut, and what is written between the two is lost. While no agent is there the
/// supervisors of tasks do the same (Native/rotate.h).
/// </summary>
internal static class LogRotation
{
    /// <summary>Held while parts move, so that a reader sees all of a rotation or nothing of it.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>Moves the content away if the file has grown to the size, in parts of this size. Files: name.1 is the newest, up to name.count.</summary>
    /// <param name="path">The file. It belongs to the task, which may have put anything in its place: only a regular file is touched, no link is followed.</param>
    /// <param name="size">Bytes from which on it is rotated; in whole blocks of 4096.</param>
    /// <param name="count">So many old files are kept.</param>
    /// <returns>True if it was rotated.</returns>
    /// <exception cref="IOException">The disk is full, or the file is gone.</exception>
    public static bool Rotate(string path, long size, int count)
    {
        if (new FileInfo(path) is not { Exists: true, LinkTarget: null } file || file.Length < size || file.Length == 0)
            return false;
        using var handle = Libc.OpenWithoutLinks(path);
        // What has a second name may be a file of somebody else, which a rotation would cut and show.
        if (!GuardedFile.IsSole(handle))
            return false;
        using var source = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 1);
        if (!source.CanSeek)
            return false;
        lock (Gate)
            return Rotate(source, path, size, count);
    }

    // Whole blocks, as the kernel asks; more than is kept, as of a task that wrote while the agent was away, is not copied first.
    private static bool Rotate(FileStream source, string path, long size, int count)
    {
        const long Block = 4096;
        var temporary = path + ".rotating";
        Recover(source, path, temporary, count);
        var part = Math.Max(Block, size / Block * Block);
        // Short of the end of the file.
        var parts = (source.Length - 1) / part;
        if (parts == 0)
            return false;
        // Stays 0 where the file system takes bytes off the front.
        long from = 0;
        var lost = Math.Max(0, parts - count) * part;
        if (lost > 0 && !TakeOff(source, lost))
            from = lost;
        for (var left = Math.Min(parts, count); left > 0; left--)
        {
            Copy(source, temporary, from, part);
            if (from > 0 || !TakeOff(source, part))
                from += part;
            Shift(path, temporary, count);
        }
        if (from > 0)
        {
            Copy(source, temporary, from, source.Length - from);
            source.SetLength(0);
            Shift(path, temporary, count);
        }
        return true;
    }

    private static bool TakeOff(FileStream source, long count) =>
        Libc.Fallocate(source.SafeFileHandle.DangerousGetHandle().ToInt32(), Libc.FallocateCollapseRange, 0, count) == 0;

    /// <summary>
    /// An agent that was killed in a rotation leaves the part behind: the only one of its bytes if they were taken off the file already, else
    /// a copy of the file's first ones.
    /// </summary>
    private static void Recover(FileStream source, string path, string temporary, int count)
    {
        var left = new FileInfo(temporary);
        if (left is { Exists: true, LinkTarget: null } && !BeginsWith(source, left))
            Shift(path, temporary, count);
        else
            File.Delete(temporary);
    }

    private static bool BeginsWith(FileStream source, FileInfo part)
    {
        const int Compared = 64 * 1024;
        if (part.Length > source.Length)
            return false;
        using var other = part.OpenRead();
        var (one, two) = (new byte[Math.Min(Compared, part.Length)], new byte[Math.Min(Compared, part.Length)]);
        source.Position = 0;
        source.ReadExactly(one);
        other.ReadExactly(two);
        return one.AsSpan().SequenceEqual(two);
    }

    private static void Copy(FileStream source, string to, long from, long count)
    {
        using var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1);
        var buffer = new byte[128 * 1024];
        source.Position = from;
        while (count > 0)
        {
            var got = source.Read(buffer, 0, (int)Math.Min(buffer.Length, count));
            if (got == 0)
                return;
            target.Write(buffer, 0, got);
            count -= got;
        }
    }

    private static void Shift(string path, string newest, int count)
    {
        if (count == 0)
        {
            File.Delete(newest);
            return;
        }
        // Each part is younger than the one before, however coarse the file system's clock is: LogParts knows them by it.
        var (now, before) = (DateTime.UtcNow, File.GetLastWriteTimeUtc(path + ".1"));
        File.SetLastWriteTimeUtc(newest, now > before ? now : before.AddTicks(1));
        for (var i = count - 1; i >= 1; i--)
        {
            if (File.Exists($"{path}.{i}"))
                File.Move($"{path}.{i}", $"{path}.{i + 1}", overwrite: true);
        }
        File.Move(newest, path + ".1", overwrite: true);
    }
}
