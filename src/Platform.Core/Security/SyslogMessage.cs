using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Platform.Core.Security;

/// <summary>Lines of the audit log as messages of syslog (RFC 5424).</summary>
public static class SyslogMessage
{
    private const int Audit = 13; // the facility "log audit"
    private const int Warning = 4;
    private const int Notice = 5;
    private const int LongestHost = 255;
    private const long LargestSequence = 2_147_483_647; // RFC 5424, 7.3.1

    /// <summary>The message of a line: the line itself, behind a head that tells its time, its number and how much it matters.</summary>
    /// <param name="line">The line, as <see cref="AuditChain"/> makes it.</param>
    /// <param name="host">The name of this machine.</param>
    /// <param name="processId">This process.</param>
    public static string Of(string line, string host, int processId)
    {
        using var document = JsonDocument.Parse(line);
        var json = document.RootElement;
        var what = json.GetProperty("event").GetString()!;
        var number = json.GetProperty("number").GetInt64();
        // A refusal, and a login that failed.
        var severity = json.GetProperty("status").GetInt32() is 401 or 403 ? Warning : Notice;
        // The number begins anew behind the largest, as the standard has it; that of the line itself does not.
        var sequence = ((number - 1) % LargestSequence) + 1;
        return string.Create(CultureInfo.InvariantCulture,
            $"<{(Audit * 8) + severity}>1 {json.GetProperty("at").GetDateTime():yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} {Name(host)} platform {processId} {what} [meta sequenceId=\"{sequence}\"] {line}");
    }

    /// <summary>What is sent over a stream: the message behind its length in bytes.</summary>
    public static byte[] Framed(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        return [.. Encoding.ASCII.GetBytes(bytes.Length.ToString(CultureInfo.InvariantCulture) + " "), .. bytes];
    }

    // Printable ASCII; nothing is a dash.
    private static string Name(string text)
    {
        var name = new string([.. text.Where(c => c is > ' ' and <= '~').Take(LongestHost)]);
        return name.Length == 0 ? "-" : name;
    }
}
