using System.Runtime.InteropServices;
using System.Text;
using Platform.Agent.Processes;

namespace Platform.Agent.Files;

/// <summary>
/// Small files and folders in one system call for each step: an open, a read or write, a close. The classes of .NET add locks, looks
/// at the file's kind and truncations, which cost more than the work itself where every task needs a dozen of such files.
/// </summary>
internal static unsafe class SmallFile
{
    /// <summary>Makes a file with this content that only its owner can read. Nothing is left of it if it cannot be written as a whole.</summary>
    /// <exception cref="IOException">It is there already, or the disk is full.</exception>
    public static void Create(string path, ReadOnlySpan<byte> content)
    {
        var file = Open(path, Libc.WriteOnly | Libc.CreateFile | Libc.Exclusive, 0b110_000_000);
        try
        {
            WriteAll(file, path, content);
        }
        catch (IOException)
        {
            _ = Libc.Unlink(path);
            throw;
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>Adds to the end of a file that is there.</summary>
    /// <exception cref="IOException">It is not there, or the disk is full.</exception>
    public static void Append(string path, ReadOnlySpan<byte> content) => Write(path, content, Libc.WriteOnly | Libc.AppendOnly);

    /// <summary>Writes a file from its start and makes it if it is not there. One of the kernel's files takes the whole text at once.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, string text) =>
        Write(path, Encoding.UTF8.GetBytes(text), Libc.WriteOnly | Libc.CreateFile | Libc.Truncate);

    /// <summary>The same for a file that is there; false if it is not, or cannot be written.</summary>
    public static bool TryWrite(string path, string text)
    {
        var file = Libc.Open(path, Libc.WriteOnly | Libc.Truncate | Libc.CloseOnExec, 0);
        if (file < 0)
            return false;
        var bytes = Encoding.UTF8.GetBytes(text);
        nint written;
        fixed (byte* at = bytes)
            written = Libc.Write(file, at, bytes.Length);
        _ = Libc.Close(file);
        return written == bytes.Length;
    }

    /// <summary>Gives a file that is there another content, in place: the file is neither made anew nor cut to nothing in between.</summary>
    /// <exception cref="IOException">It is not there, or the disk is full.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var file = Open(path, Libc.WriteOnly, 0);
        try
        {
            WriteAll(file, path, content);
            if (Libc.SetLength(file, content.Length) != 0)
                throw Failed(path);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>The whole file; null if it is not there.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string? Read(string path)
    {
        var file = Libc.Open(path, Libc.CloseOnExec, 0);
        if (file < 0)
            return Marshal.GetLastPInvokeError() is Libc.Enoent or Libc.Enotdir ? null : throw Failed(path);
        try
        {
            var buffer = new byte[4096];
            var length = 0;
            while (true)
            {
                nint count;
                fixed (byte* at = buffer)
                    count = Libc.Read(file, at + length, buffer.Length - length);
                if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Eintr)
                    throw Failed(path);
                if (count == 0)
                    return Encoding.UTF8.GetString(buffer, 0, length);
                length += (int)Math.Max(0, count);
                if (length == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>Makes a folder, and those above it if they are missing. One that is there already is not an error.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void MakeFolder(string path)
    {
        if (Libc.MakeDirectory(path, 0b111_111_111) != 0 && Marshal.GetLastPInvokeError() != Libc.Eexist)
            Directory.CreateDirectory(path);
    }

    /// <summary>Makes a folder in one that is there; false if that is not. One that is there already is not an error.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static bool TryMakeFolder(string path)
    {
        if (Libc.MakeDirectory(path, 0b111_111_111) == 0)
            return true;
        return Marshal.GetLastPInvokeError() switch
        {
            Libc.Eexist => true,
            Libc.Enoent => false,
            _ => throw Failed(path),
        };
    }

    private static void Write(string path, ReadOnlySpan<byte> content, int flags)
    {
        var file = Open(path, flags, 0b110_100_100);
        try
        {
            WriteAll(file, path, content);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    private static int Open(string path, int flags, uint mode)
    {
        var file = Libc.Open(path, flags | Libc.CloseOnExec, mode);
        return file >= 0 ? file : throw Failed(path);
    }

    private static void WriteAll(int file, string path, ReadOnlySpan<byte> content)
    {
        fixed (byte* start = content)
        {
            for (var done = 0; done < content.Length;)
            {
                var count = Libc.Write(file, start + done, content.Length - done);
                if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Eintr)
                    throw Failed(path);
                done += (int)Math.Max(0, count);
            }
        }
    }

    private static IOException Failed(string path) => new($"{Libc.Describe(Marshal.GetLastPInvokeError())} : '{path}'");
}
