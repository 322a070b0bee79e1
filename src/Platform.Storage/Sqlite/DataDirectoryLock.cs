using System.Globalization;

namespace Platform.Storage.Sqlite;

/// <summary>Makes sure that one process at a time works in a data directory. The kernel gives the lock back when the process ends in any way.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _pidPath;

    private DataDirectoryLock(FileStream file, string pidPath)
    {
        _lock = file;
        _pidPath = pidPath;
    }

    /// <exception cref="StorageException">Another process has it, or the directory cannot be written.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        var pidPath = Path.Combine(directory, "platform.pid");
        FileStream file;
        try
        {
            Directory.CreateDirectory(directory);
            file = new FileStream(Path.Combine(directory, "platform.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new StorageException($"The data directory {directory} cannot be written. Give this user the right to, or choose another directory.", failure);
        }
        catch (IOException failure) when (IsSharingViolation(failure))
        {
            throw new StorageException(
                $"The data directory {directory} is in use by another process{HolderOf(pidPath)}. Stop that process, or choose another directory.", failure);
        }
        catch (IOException failure)
        {
            throw new StorageException($"The data directory {directory} cannot be used: {failure.Message} Choose another directory.", failure);
        }

        try
        {
            File.WriteAllText(pidPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // A full disk must not keep the process from starting; only the message above would have named it.
        }

        return new DataDirectoryLock(file, pidPath);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_pidPath);
        }
        catch (IOException)
        {
            // The number is only for people.
        }

        _lock.Dispose();
    }

    private static bool IsSharingViolation(IOException failure)
    {
        // EAGAIN of flock(2), which .NET reports with the number of the platform.
        const int WouldBlockLinux = 11;
        const int WouldBlockMac = 35;
        const int SharingViolationWindows = unchecked((int)0x80070020);
        return failure.HResult is WouldBlockLinux or WouldBlockMac or SharingViolationWindows;
    }

    private static string HolderOf(string pidPath)
    {
        try
        {
            return $" (pid {File.ReadAllText(pidPath).Trim()})";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
