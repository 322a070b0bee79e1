using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Networking.Ingress;

/// <summary>Checks passwords against hashes of crypt(3), with the system's library, which knows all its kinds.</summary>
internal static partial class CryptPassword
{
    // sizeof(struct crypt_data) of libxcrypt; glibc's own was 131,232 bytes.
    private const int StateBytes = 131_232 + 64;
    private const int Remembered = 1_000;

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly ConcurrentDictionary<string, bool> Known = new(StringComparer.Ordinal);

    /// <summary>Whether it is the password. A check takes milliseconds of a processor, so answers are remembered (as keyed hashes).</summary>
    internal static bool Verify(string password, string hash)
    {
        if (hash.Length == 0 || password.Length > 512 || password.Contains('\0'))
            return false;
        var key = Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"{hash}\0{password}")));
        if (Known.TryGetValue(key, out var known))
            return known;
        var isRight = Compute(password, hash) is { } computed && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(computed), Encoding.UTF8.GetBytes(hash));
        if (Known.Count >= Remembered)
            Known.Clear();
        Known[key] = isRight;
        return isRight;
    }

    private static unsafe string? Compute(string password, string setting)
    {
        var state = NativeMemory.AllocZeroed(StateBytes);
        try
        {
            return Marshal.PtrToStringUTF8(Crypt(password, setting, (nint)state));
        }
        catch (DllNotFoundException)
        {
            return null;
        }
        finally
        {
            NativeMemory.Free(state);
        }
    }

    [LibraryImport("libcrypt.so.1", EntryPoint = "crypt_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Crypt(string phrase, string setting, nint state);
}
