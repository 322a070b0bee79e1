using System.Security.Cryptography;
using System.Text;

namespace Platform.Agent.Tasks;

/// <summary>The name of a task's directories: its id as far as a file name can carry it.</summary>
internal static class TaskDirectoryName
{
    private const int MaximumLength = 180;

    /// <summary>Letters, digits, '.', '_' and '-' stay, anything else becomes %XX; a long name ends in a hash of the whole.</summary>
    public static string Of(string taskId)
    {
        var text = new StringBuilder(taskId.Length);
        foreach (var b in Encoding.UTF8.GetBytes(taskId))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' || (b == '.' && text.Length > 0))
                text.Append((char)b);
            else
                text.Append('%').Append(b.ToString("X2"));
        }
        if (text.Length <= MaximumLength)
            return text.ToString();
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(taskId)), 0, 12);
        return $"{text.ToString(0, MaximumLength - hash.Length - 1)}-{hash}";
    }
}
