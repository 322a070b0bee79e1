using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Platform.Grains.Secrets;

/// <summary>Seals values with AES-GCM under the key of a file, bound to their path so that a stored value cannot be moved to another.</summary>
public sealed class SecretCipher(IOptions<SecretOptions> options)
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly Lazy<byte[]> _key = new(() => ReadKey(options.Value.KeyFile));

    /// <summary>The sealed form: nonce, tag and encrypted text.</summary>
    /// <exception cref="SecretException">There is no usable key.</exception>
    public byte[] Seal(string path, string value)
    {
        var text = Encoding.UTF8.GetBytes(value);
        var result = new byte[NonceBytes + TagBytes + text.Length];
        var nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key.Value, TagBytes);
        aes.Encrypt(nonce, text, result.AsSpan(NonceBytes + TagBytes), result.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(path));
        CryptographicOperations.ZeroMemory(text);
        return result;
    }

    /// <summary>The value.</summary>
    /// <exception cref="SecretException">There is no usable key, or it is not the key that sealed the value.</exception>
    public string Open(string path, byte[] sealedValue)
    {
        var text = new byte[sealedValue.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key.Value, TagBytes);
        try
        {
            aes.Decrypt(
                sealedValue.AsSpan(0, NonceBytes), sealedValue.AsSpan(NonceBytes + TagBytes), sealedValue.AsSpan(NonceBytes, TagBytes), text,
                Encoding.UTF8.GetBytes(path));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new SecretException($"The secret {path} was stored under another key than that in {options.Value.KeyFile}: put the old key file back, or store the secret again.");
        }
        return Encoding.UTF8.GetString(text);
    }

    private static byte[] ReadKey(string? file)
    {
        if (file is null)
            throw new SecretException("Secrets cannot be stored: no key file is configured.");
        try
        {
            if (!File.Exists(file))
                WriteKey(file);
            var key = new byte[KeyBytes];
            return Convert.TryFromBase64String(File.ReadAllText(file).Trim(), key, out var length) && length == KeyBytes
                ? key
                : throw new SecretException($"The key file {file} does not hold {KeyBytes} bytes in base64: put the right file there.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SecretException($"The key file {file} cannot be used: {failure.Message}");
        }
    }

    // Under another name first: a crash must not leave half a key behind.
    private static void WriteKey(string file)
    {
        var fresh = $"{file}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(fresh, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n"));
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, file, overwrite: false);
    }
}
