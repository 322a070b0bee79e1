using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Platform.Agent.Processes;

/// <summary>The system calls that .NET has no form of. Linux, 64 bit.</summary>
internal static unsafe partial class Libc
{
    public const int SigTerm = 15;
    public const int SigKill = 9;
    public const int WNoHang = 1;
    public const int Eintr = 4;
    public const int Esrch = 3;
    public const int Enoent = 2;
    public const int Eexist = 17;
    public const int Enotdir = 20;
    public const int WriteOnly = 1;
    public const int ReadAndWrite = 2;
    public const int CreateFile = 0x40;
    public const int Exclusive = 0x80;
    public const int Truncate = 0x200;
    public const int AppendOnly = 0x400;
    public const int DuplicateAbove = 1030; // F_DUPFD_CLOEXEC
    public const int SetFlags = 2; // F_SETFD
    public const int CloseOnExecFlag = 1; // FD_CLOEXEC
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const short SpawnSetSigDef = 0x04;
    public const short SpawnSetSigMask = 0x08;
    public const short SpawnSetSid = 0x80;
    public const int EpollIn = 1;
    public const int EpollCtlAdd = 1;
    public const int EpollCtlDel = 2;
    public const uint InModify = 0x2;
    public const uint InMovedTo = 0x80;
    public const uint InCreate = 0x100;
    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;
    public const int NoControllingTerminal = 0x100;
    public const int SetStatusFlags = 4; // F_SETFL
    public const int SigHup = 1;
    public const int Eagain = 11;
    public const int EpollOut = 4;
    public const uint EpollOnce = 1u << 30; // EPOLLONESHOT
    public const int FallocateCollapseRange = 0x08;

    public const int AtCurrentFolder = -100; // AT_FDCWD
    public const int AtNoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    public const uint StatusBasics = 0x7ff; // STATX_BASIC_STATS
    public const int StatusSize = 256;
    public const int SetSignal = 10; // F_SETSIG
    public const int SetLease = 1024; // F_SETLEASE
    public const int ReadLease = 0; // F_RDLCK
    public const int NoLease = 2; // F_UNLCK
    public const int SigUrg = 23;

    private const int ReadWrite = 2;
    // O_NOFOLLOW differs between architectures.
    public static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Room for any of glibc's opaque spawn structures (the largest has 336 bytes).</summary>
    public const int OpaqueSize = 512;

    private const long PidfdOpenNumber = 434;
    private const long CloseRangeNumber = 436;

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Spawn(out int pid, string path, void* fileActions, void* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int SpawnAttributesInit(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int SpawnAttributesDestroy(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SpawnAttributesSetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SpawnAttributesSetSignalDefault(void* attributes, void* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SpawnAttributesSetSignalMask(void* attributes, void* set);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int FileActionsInit(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int FileActionsDestroy(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FileActionsOpen(void* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int FileActionsDuplicate(void* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int SignalSetEmpty(void* set);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static partial int SignalSetFill(void* set);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, long first, long second, long third = 0);

    /// <summary>A descriptor that becomes readable when the process ends, or -1.</summary>
    public static int PidfdOpen(int pid) => (int)Syscall(PidfdOpenNumber, pid, 0);

    /// <summary>Lets no program that is executed from now on have the open files from this number on. False: the kernel (before 5.11) cannot.</summary>
    public static bool CloseOnExecFrom(int first)
    {
        const long UpToTheLast = uint.MaxValue, CloseOnExecFlag = 4; // CLOSE_RANGE_CLOEXEC
        return Syscall(CloseRangeNumber, first, UpToTheLast, CloseOnExecFlag) == 0;
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, void* interest);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, void* events, int maximum, int milliseconds);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InotifyAdd(int inotify, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int InotifyRemove(int inotify, int watch);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int DeviceControl(int descriptor, ulong request, void* argument);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(int folder, string path, int flags, uint wanted, byte* status);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int SetLength(int descriptor, long length);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    /// <summary>Opens a file to read it; a link in its place is not followed, a pipe is not waited for. Less than 0: it cannot be opened.</summary>
    public static int OpenToRead(string path) => Open(path, NonBlocking | CloseOnExec | NoFollow, 0);

    /// <summary>Opens a file to read and write it; a link in its place is not followed, a pipe is not waited for.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenWithoutLinks(string path)
    {
        var descriptor = Open(path, ReadWrite | NonBlocking | CloseOnExec | NoFollow, 0);
        if (descriptor < 0)
            throw new IOException($"{path}: {Describe(Marshal.GetLastPInvokeError())}");
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Fallocate(int descriptor, int mode, long offset, long length);

    /// <summary>The path with all links followed, as the kernel follows them; null if there is nothing.</summary>
    public static string? RealPath(string path)
    {
        var real = RealPath(path, null);
        if (real == null)
            return null;
        try
        {
            return Marshal.PtrToStringUTF8((nint)real);
        }
        finally
        {
            NativeMemory.Free(real);
        }
    }

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* RealPath(string path, byte* buffer);

    /// <summary>Gives a file or link another name, in the place of what has that name.</summary>
    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    /// <summary>Changes the owner of a file, or of a link and not of what it points to.</summary>
    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    /// <summary>Changes the owner of an open file.</summary>
    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(int descriptor, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    /// <summary>What an error number means, such as "No such file or directory".</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);
}
