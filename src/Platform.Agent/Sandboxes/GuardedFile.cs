using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Platform.Agent.Processes;

namespace Platform.Agent.Sandboxes;

/// <summary>
/// Opens files of sandboxes. A task may put anything in the place of a file, at any instant, and the agent may be root: so it is what was opened that is judged,
/// and never what was there before. A pipe is not waited for.
/// </summary>
internal static unsafe class GuardedFile
{
    private const int KindMask = 0xf000;
    private const int Regular = 0x8000;
    private const int AtEmptyPath = 0x1000; // AT_EMPTY_PATH

    /// <summary>Opens a file to read it.</summary>
    /// <param name="sandbox">The folder that it has to be in.</param>
    /// <param name="path">Its real path.</param>
    /// <exception cref="FileNotFoundException">It is not there (any more).</exception>
    /// <exception cref="IOException">It is outside, is no file, or is another user's under a second name.</exception>
    public static FileStream OpenToRead(string sandbox, string path)
    {
        var handle = Open(sandbox, path);
        try
        {
            var (kind, links, owner) = Look(handle);
            if (kind != Regular)
                throw new IOException("it is no file that could be read");
            // Without fs.protected_hardlinks a user may give any file of the disk a second name, and have the agent read it.
            if (links > 1 && OwnerOf(sandbox) is var user && user != Libc.EffectiveUser() && user != owner)
                throw new IOException("it is a file of another user, which has a name outside of the sandbox too");
            return new FileStream(handle, FileAccess.Read, bufferSize: 1);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Opens a folder to list it, and gives the path that this very folder has as long as the handle is open.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there (any more).</exception>
    /// <exception cref="IOException">It is outside.</exception>
    public static SafeFileHandle OpenFolder(string sandbox, string path, out string opened)
    {
        var handle = Open(sandbox, path);
        opened = PathOf(handle);
        return handle;
    }

    /// <summary>Opens the output of a task to append to it. What is in its place and is no file of its own is removed: a link, a pipe, a file with a second name.</summary>
    /// <exception cref="IOException">Something is in its place that cannot be removed.</exception>
    public static FileStream OpenOutput(string path)
    {
        const int Append = Libc.ReadAndWrite | Libc.AppendOnly | Libc.NonBlocking | Libc.CloseOnExec;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var descriptor = Libc.Open(path, Append | Libc.NoFollow, 0);
            if (descriptor < 0)
            {
                // 0644, for whoever reads the sandbox.
                descriptor = Libc.Open(path, Append | Libc.CreateFile | Libc.Exclusive, 0b110_100_100);
                if (descriptor < 0 && Libc.Unlink(path) != 0)
                    throw new IOException($"{path}: {Libc.Describe(Marshal.GetLastPInvokeError())}");
                if (descriptor < 0)
                    continue;
            }
            var handle = new SafeFileHandle(descriptor, ownsHandle: true);
            if (IsSole(handle))
            {
                var stream = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 1);
                stream.Position = stream.Length;
                return stream;
            }
            handle.Dispose();
            _ = Libc.Unlink(path);
        }
        throw new IOException($"{path}: its task puts other things in its place again and again");
    }

    /// <summary>True for a regular file that has no second name, by which a task could have the agent write to, or cut, what is another's.</summary>
    public static bool IsSole(SafeFileHandle handle) => Look(handle) is (Regular, 1, _);

    private static SafeFileHandle Open(string sandbox, string path)
    {
        var descriptor = Libc.OpenToRead(path);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is Libc.Enoent or Libc.Enotdir)
                throw new FileNotFoundException(Libc.Describe(error), path);
            throw new IOException(Libc.Describe(error));
        }
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var root = Libc.RealPath(sandbox);
        var opened = File.ResolveLinkTarget(PathOf(handle), returnFinalTarget: false)?.FullName;
        if (root is not null && opened is not null && (opened == root || opened.StartsWith(root + "/", StringComparison.Ordinal)))
            return handle;
        handle.Dispose();
        throw new IOException("it was moved out of the sandbox as it was read");
    }

    private static string PathOf(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    // struct statx: links at 16, owner at 20, mode at 28.
    private static (int Kind, uint Links, uint Owner) Look(SafeFileHandle handle)
    {
        var status = stackalloc byte[Libc.StatusSize];
        if (Libc.Status((int)handle.DangerousGetHandle(), "", AtEmptyPath, Libc.StatusBasics, status) != 0)
            throw new IOException(Libc.Describe(Marshal.GetLastPInvokeError()));
        return (*(ushort*)(status + 28) & KindMask, *(uint*)(status + 16), *(uint*)(status + 20));
    }

    private static uint OwnerOf(string folder)
    {
        var status = stackalloc byte[Libc.StatusSize];
        return Libc.Status(Libc.AtCurrentFolder, folder, 0, Libc.StatusBasics, status) == 0 ? *(uint*)(status + 20) : Libc.EffectiveUser();
    }
}
