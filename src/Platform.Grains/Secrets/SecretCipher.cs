using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Platform.Grains.Secrets;

/// <summary>Seals values with AES-GCM under the operator's key, bound to their path so that a stored value cannot be moved to another.</summary>
public sealed class SecretCipher(IOptions<SecretOptions> options)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly Lazy<byte[]> _key = new(() => SecretKeySource.Read(options.Value.KeyFile));

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
            throw new SecretException($"The secret {path} was stored under another key than that of {options.Value.KeyFile}: put the old key back, or store the secret again.");
        }
        return Encoding.UTF8.GetString(text);
    }
}
