using System.Runtime.InteropServices;

namespace Platform.Cli.Output;

/// <summary>The terminal that the command was started in, while each key goes to somebody else as it is. Put back when disposed of.</summary>
internal sealed unsafe partial class RawTerminal : IDisposable
{
    private const int Now = 0; // TCSANOW

    private readonly byte[] before;

    private RawTerminal(byte[] before) => this.before = before;

    /// <summary>True if standard input is a terminal.</summary>
    internal static bool IsThere => Get() is not null;

    /// <summary>Its width and height; null: it has none.</summary>
    internal static (int Columns, int Rows)? Size
    {
        get
        {
            try
            {
                return Console.WindowWidth > 0 && Console.WindowHeight > 0 ? (Console.WindowWidth, Console.WindowHeight) : null;
            }
            catch (Exception exception) when (exception is IOException or PlatformNotSupportedException)
            {
                return null;
            }
        }
    }

    /// <summary>Takes it; null if standard input is none.</summary>
    internal static RawTerminal? Take()
    {
        if (Get() is not { } before)
            return null;
        var raw = (byte[])before.Clone();
        fixed (byte* at = raw)
        {
            MakeRaw(at);
            _ = SetAttributes(0, Now, at);
        }
        return new(before);
    }

    public void Dispose()
    {
        fixed (byte* at = before)
            _ = SetAttributes(0, Now, at);
    }

    private static byte[]? Get()
    {
        // Room for any system's struct termios: Linux has 60 bytes, macOS 72.
        var attributes = new byte[256];
        fixed (byte* at = attributes)
            return GetAttributes(0, at) == 0 ? attributes : null;
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* attributes);
}
