using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Platform.Networking.Ingress;

/// <summary>HAProxy's runtime socket ("stats socket"): a line of commands, answers, the end.</summary>
internal sealed class HaproxySocket(string path)
{
    // A line must fit into HAProxy's buffer of 16 kB.
    private const int LongestLine = 12_000;
    private const int LongestAnswer = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What commands that change servers answer when they have done it; others answer nothing.
    private static readonly string[] Done = ["IP changed from", "port changed from", "no need to change", "health check port updated"];

    /// <summary>Runs commands that change servers, in their order.</summary>
    /// <exception cref="HaproxyException">HAProxy does not answer, or refused one; some of the others may be done.</exception>
    internal async Task ChangeAsync(IReadOnlyList<string> commands, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        for (var i = 0; i < commands.Count; i++)
        {
            line.Append(line.Length == 0 ? "" : ";").Append(commands[i]);
            if (i + 1 < commands.Count && line.Length + commands[i + 1].Length < LongestLine)
                continue;
            var answer = await AskAsync(line.ToString(), cancellationToken);
            foreach (var told in answer.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!Array.Exists(Done, told.StartsWith))
                    throw new HaproxyException($"HAProxy refused a change of servers: {told}");
            }
            line.Clear();
        }
    }

    /// <summary>The revision of the configuration that HAProxy runs with and its process id; null: it does not answer.</summary>
    internal async Task<(string Revision, int Pid)?> ShowAsync(CancellationToken cancellationToken)
    {
        try
        {
            var lines = (await AskAsync("show info", cancellationToken)).Split('\n');
            var revision = Value(lines, "description: ");
            return int.TryParse(Value(lines, "Pid: "), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? (revision ?? "", pid) : null;
        }
        catch (HaproxyException)
        {
            return null;
        }
    }

    /// <summary>The servers of some backends which have sessions or queued requests, as backend and server; those of the worker that answers.</summary>
    /// <exception cref="HaproxyException">HAProxy does not answer, or not in a form that is known.</exception>
    internal async Task<IReadOnlySet<(string Backend, string Server)>> BusyServersAsync(IEnumerable<string> backends, CancellationToken cancellationToken)
    {
        var busy = new HashSet<(string, string)>();
        foreach (var name in backends)
        {
            // Of one proxy, servers only.
            var lines = (await AskAsync($"show stat {name} 4 -1", cancellationToken)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (lines.Length == 0 || !lines[0].StartsWith("# ", StringComparison.Ordinal))
                throw new HaproxyException($"HAProxy tells no statistics of {name}");
            var columns = lines[0][2..].Split(',');
            var (server, sessions, queued) = (Array.IndexOf(columns, "svname"), Array.IndexOf(columns, "scur"), Array.IndexOf(columns, "qcur"));
            if (server < 0 || sessions < 0 || queued < 0)
                throw new HaproxyException("HAProxy's statistics lack a column");
            foreach (var values in lines.Skip(1).Select(line => line.Split(',')).Where(values => values.Length > Math.Max(Math.Max(sessions, queued), server)))
            {
                if (values[sessions] is not ("0" or "") || values[queued] is not ("0" or ""))
                    busy.Add((name, values[server]));
            }
        }
        return busy;
    }

    private static string? Value(string[] lines, string name) => Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();

    private async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), limit.Token);
            using var answer = new MemoryStream();
            var buffer = new byte[8192];
            while (answer.Length < LongestAnswer && await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
                answer.Write(buffer, 0, read);
            return Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new HaproxyException($"HAProxy does not answer at {path}: {failure.Message}", failure);
        }
    }
}
