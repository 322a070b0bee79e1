using Platform.Agent.Processes;

namespace Platform.Agent.Sandboxes;

/// <summary>
/// Keeps stdout and stderr small while their writers hold them open: the first part moves to stdout.1 and is taken off the front of
/// the file in place (fallocate with FALLOC_FL_COLLAPSE_RANGE on ext4 and xfs), so that no byte is lost and none is copied twice.
/// Where the file system cannot do that, the file is copied and cut, and what is written between the two is lost.
/// </summary>
internal static class LogRotation
{
    /// <summary>Moves the content away if the file has grown to the size. Files: name.1 is the newest, up to name.count.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">Bytes from which on it is rotated.</param>
    /// <param name="count">So many old files are kept.</param>
    /// <returns>True if it was rotated.</returns>
    /// <exception cref="IOException">The disk is full, or the file is gone.</exception>
    public static bool Rotate(string path, long size, int count)
    {
        var length = new FileInfo(path) is { Exists: true } file ? file.Length : 0;
        if (length < size || length == 0)
            return false;
        const long Block = 4096;
        using var source = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        // In whole blocks, and short of the end of the file, as the kernel asks.
        var whole = (length - 1) / Block * Block;
        var temporary = path + ".rotating";
        Copy(source, temporary, 0, whole);
        if (whole > 0
            && Libc.Fallocate(source.SafeFileHandle.DangerousGetHandle().ToInt32(), Libc.FallocateCollapseRange, 0, whole) == 0)
        {
            Shift(path, temporary, count);
            return true;
        }
        Copy(source, temporary, whole, source.Length - whole);
        source.SetLength(0);
        Shift(path, temporary, count);
        return true;
    }

    private static void Copy(FileStream source, string target, long from, long count)
    {
        using var file = new FileStream(target, from == 0 ? FileMode.Create : FileMode.Append, FileAccess.Write);
        var buffer = new byte[128 * 1024];
        source.Position = from;
        while (count > 0)
        {
            var got = source.Read(buffer, 0, (int)Math.Min(buffer.Length, count));
            if (got == 0)
                return;
            file.Write(buffer, 0, got);
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
        for (var i = count - 1; i >= 1; i--)
        {
            if (File.Exists($"{path}.{i}"))
                File.Move($"{path}.{i}", $"{path}.{i + 1}", overwrite: true);
        }
        File.Move(newest, path + ".1", overwrite: true);
    }
}
