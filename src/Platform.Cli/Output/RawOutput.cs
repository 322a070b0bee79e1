using Microsoft.Win32.SafeHandles;

namespace Platform.Cli.Output;

/// <summary>Bytes to standard output or, as descriptor 2, standard error, as they are.</summary>
internal static class RawOutput
{
    /// <summary>False: nobody reads any more.</summary>
    /// <remarks>Not by the console's own stream, which keeps silent then: <c>logs -f | head -1</c> would never end.</remarks>
    internal static async Task<bool> WriteAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken, int descriptor = 1)
    {
        try
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
            await using var output = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            await output.WriteAsync(part, cancellationToken);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
