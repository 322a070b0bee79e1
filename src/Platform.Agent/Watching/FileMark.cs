using System.Globalization;
using Platform.Agent.Processes;

namespace Platform.Agent.Watching;

/// <summary>A regular file as it is now.</summary>
/// <param name="Text">The same as long as the file is the same and has the same content.</param>
/// <param name="Changed">When the file was last written, given another name, or moved to where it is.</param>
internal readonly record struct FileMark(string Text, DateTimeOffset Changed)
{
    private const int RegularFile = 0x8000;
    private const int Kind = 0xf000;

    /// <summary>Looks at a file; null if there is none, or if it is a folder, a link or something else.</summary>
    public static unsafe FileMark? Of(string path)
    {
        // struct statx: mode at 28, inode at 32, size at 40, ctime at 96, mtime at 112, each time with nanoseconds 8 bytes after.
        var status = stackalloc byte[Libc.StatusSize];
        if (Libc.Status(Libc.AtCurrentFolder, path, Libc.AtNoFollow, Libc.StatusBasics, status) != 0 || (*(ushort*)(status + 28) & Kind) != RegularFile)
            return null;
        var (changed, changedPart) = (*(long*)(status + 96), *(uint*)(status + 104));
        var text = string.Create(CultureInfo.InvariantCulture, $"{*(ulong*)(status + 32)}:{*(long*)(status + 112)}.{*(uint*)(status + 120)}:{*(ulong*)(status + 40)}");
        return new(text, DateTimeOffset.FromUnixTimeSeconds(changed).AddTicks(changedPart / 100));
    }

    /// <summary>Whether somebody has a file open to write it; null: the kernel tells that only of files of the agent's own user, or on other disks.</summary>
    public static bool? IsBeingWritten(string path)
    {
        var file = Libc.OpenToRead(path);
        if (file < 0)
            return null;
        try
        {
            // A lease to read is granted when nobody writes. Who opens the file in the moment that it is held waits for that moment, and the
            // kernel says so by a signal: by default one that ends the process, so that one which is ignored is asked for first.
            if (Libc.Control(file, Libc.SetSignal, Libc.SigUrg) != 0)
                return null;
            if (Libc.Control(file, Libc.SetLease, Libc.ReadLease) == 0)
            {
                _ = Libc.Control(file, Libc.SetLease, Libc.NoLease);
                return false;
            }
            return System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Libc.Eagain ? true : null;
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }
}
