using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Tasks;

/// <summary>Marathon's text form of tasks, which load balancers read: a line per app and service port with tab-separated <c>host:port</c>s of its running tasks.</summary>
internal static class TaskTable
{
    /// <summary>The client asks for plain text and not for JSON as well.</summary>
    public static bool IsWanted(HttpRequest request)
    {
        var accept = string.Join(',', (IEnumerable<string?>)request.Headers.Accept);
        return accept.Contains("text/plain", StringComparison.OrdinalIgnoreCase) && !accept.Contains("json", StringComparison.OrdinalIgnoreCase);
    }

    public static string Of(IEnumerable<AppView> apps)
    {
        var table = new StringBuilder();
        foreach (var app in apps)
        {
            var name = AppPath.Safe(app.Definition.Spec.Id);
            var ports = ServicePorts.Of(app.Definition.Spec);
            var running = (app.Status?.Instances ?? default).Where(t => t.State == TaskState.Running).ToList();
            for (var i = 0; i < ports.Count; i++)
                AppendLine(table, name, ports[i].ToString(CultureInfo.InvariantCulture), running, i);
            if (ports.Count == 0)
                AppendLine(table, name, " ", running, -1);
        }
        return table.ToString();
    }

    private static void AppendLine(StringBuilder table, string name, string port, List<InstanceStatus> tasks, int index)
    {
        table.Append(name).Append('\t').Append(port).Append('\t');
        foreach (var task in tasks)
        {
            table.Append(task.Host);
            if (index >= 0)
                table.Append(':').Append(CultureInfo.InvariantCulture, $"{(index < task.Ports.Count ? task.Ports[index] : 0)}");
            table.Append('\t');
        }
        table.Append('\n');
    }
}
