using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Core.Registry;

/// <summary>The five letters that make a task's canonical name unique.</summary>
/// <remarks>Mesos-DNS' <c>hashString</c>: the first 25 bits of the id's SHA-1 in z-base-32 (Zooko O'Whielacronx, "human-oriented base-32 encoding").</remarks>
public static class TaskIdHash
{
    private const string Alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";

    /// <summary>The hash of a task's id: 5 characters.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "A short name that Mesos-DNS' users know, not a protection.")]
    public static string Of(string taskId)
    {
        Span<byte> digest = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(Encoding.UTF8.GetBytes(taskId), digest);
        var bits = ((uint)digest[0] << 24) | ((uint)digest[1] << 16) | ((uint)digest[2] << 8) | digest[3];
        Span<char> letters = stackalloc char[5];
        for (var i = 0; i < letters.Length; i++)
            letters[i] = Alphabet[(int)((bits >> (27 - (5 * i))) & 31)];
        return letters.ToString();
    }
}
