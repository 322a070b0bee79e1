using System.Runtime.InteropServices;

namespace Platform.Agent.Processes;

/// <summary>The near end of a terminal, not blocking. Whoever opens its far end as the leader of a new session is controlled by it.</summary>
internal sealed unsafe class PseudoTerminal
{
    // <asm-generic/ioctls.h>, the same on x86-64 and aarch64.
    private const ulong SetWindowSize = 0x5414, Unlock = 0x40045431, Number = 0x80045430;

    private PseudoTerminal(int descriptor, string path) => (Descriptor, Path) = (descriptor, path);

    /// <summary>The open file of the near end; who made it closes it.</summary>
    public int Descriptor { get; }

    /// <summary>The file of the far end.</summary>
    public string Path { get; }

    /// <summary>Makes one.</summary>
    /// <exception cref="IOException">The machine has none left.</exception>
    public static PseudoTerminal Open(int columns, int rows)
    {
        var descriptor = Libc.Open("/dev/ptmx", Libc.ReadAndWrite | Libc.NoControllingTerminal | Libc.CloseOnExec | Libc.NonBlocking, 0);
        int zero = 0, number = 0;
        if (descriptor < 0 || Libc.DeviceControl(descriptor, Unlock, &zero) != 0 || Libc.DeviceControl(descriptor, Number, &number) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (descriptor >= 0)
                _ = Libc.Close(descriptor);
            throw new IOException($"This machine has no terminal to give: {Libc.Describe(error)}");
        }
        Resize(descriptor, columns, rows);
        return new(descriptor, $"/dev/pts/{number}");
    }

    /// <summary>Sets the size; the programs in the foreground are told by SIGWINCH.</summary>
    public static void Resize(int descriptor, int columns, int rows)
    {
        var size = stackalloc ushort[4];
        (size[0], size[1], size[2], size[3]) = ((ushort)rows, (ushort)columns, 0, 0);
        _ = Libc.DeviceControl(descriptor, SetWindowSize, size);
    }
}
