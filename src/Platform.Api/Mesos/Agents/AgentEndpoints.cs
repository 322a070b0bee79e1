using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Platform.Api.Mesos.Mapping;
using Platform.Api.Mesos.State;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Tasks;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Agents;

/// <summary>What an agent of Mesos tells of itself, answered by the control plane: <c>state</c>, <c>containers</c>, <c>monitor/statistics</c>, <c>metrics/snapshot</c>, <c>flags</c>, <c>version</c>.</summary>
internal sealed class AgentEndpoints(PictureReader reader, MasterIdentity master, TimeProvider time)
{
    private static readonly (string Name, TaskState State)[] Counted =
    [
        ("staging", TaskState.Staging), ("starting", TaskState.Starting), ("running", TaskState.Running), ("killing", TaskState.Killing),
        ("finished", TaskState.Finished), ("failed", TaskState.Failed), ("killed", TaskState.Killed), ("lost", TaskState.Lost),
        ("error", TaskState.Error), ("gone", TaskState.Gone),
    ];

    public async Task StateAsync(HttpContext http)
    {
        var picture = await PictureAsync(http);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            var (agent, status) = (picture.Agent, picture.Agent.Status);
            writer.WriteStartObject();
            WriteVersion(writer);
            writer.WriteNumber("start_time", LegacyWriter.Seconds(status.ReregisteredAt ?? status.RegisteredAt));
            writer.WriteString("master_hostname", master.Address(http).Hostname);
            LegacyWriter.WriteAgent(writer, agent);
            LegacyWriter.WriteAgentInFull(writer, agent);
            writer.WriteStartObject("reserved_resources_allocated");
            foreach (var role in Allocated(picture).Reserved().GroupBy(resource => resource.ReservationRole!))
                LegacyWriter.Write(writer, role.Key, Resources.Of(role));
            writer.WriteEndObject();
            LegacyWriter.Write(writer, "unreserved_resources_allocated", Allocated(picture).Unreserved());
            writer.WriteStartArray("resource_providers");
            writer.WriteEndArray();
            WriteFlags(writer, status);
            WriteFrameworks(writer, "frameworks", picture, live: true);
            WriteFrameworks(writer, "completed_frameworks", picture, live: false);
            writer.WriteEndObject();
        });
    }

    public async Task ContainersAsync(HttpContext http)
    {
        var picture = await PictureAsync(http);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartArray();
            foreach (var executor in picture.Executors.Where(executor => executor.IsLive))
            {
                writer.WriteStartObject();
                writer.WriteString("container_id", executor.Container);
                WriteStatistics(writer, executor);
                writer.WriteStartObject("status");
                writer.WriteStartObject("container_id");
                writer.WriteString("value", executor.Container);
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    public async Task StatisticsAsync(HttpContext http)
    {
        var picture = await PictureAsync(http);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartArray();
            foreach (var executor in picture.Executors.Where(executor => executor.IsLive))
            {
                writer.WriteStartObject();
                WriteStatistics(writer, executor);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    public async Task MetricsAsync(HttpContext http)
    {
        var metrics = Measure(await PictureAsync(http));
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in metrics)
                writer.WriteNumber(name, value);
            writer.WriteEndObject();
        });
    }

    /// <summary>What a container uses, as DC/OS' metrics told it to <c>dcos task metrics</c>; 204 before it was measured.</summary>
    public async Task ContainerMetricsAsync(HttpContext http)
    {
        var picture = await PictureAsync(http);
        var (id, executor) = Container(http, picture);
        if (AgentMeasures.Of(executor) is not { } used)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        (string Name, double Value, string Unit)[] datapoints =
        [
            ("cpus.user_time_secs", used.CpusUserTimeSecs, "seconds"), ("cpus.limit", used.CpusLimit, "count"), ("mem.total_bytes", used.MemRssBytes, "bytes"),
            ("mem.limit_bytes", used.MemLimitBytes, "bytes"), ("processes", used.Processes, "count"),
        ];
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("datapoints");
            foreach (var (name, value, unit) in datapoints)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteNumber("value", value);
                writer.WriteString("unit", unit);
                writer.WriteString("timestamp", executor.MeasuredAt!.Value.UtcDateTime);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteStartObject("dimensions");
            writer.WriteString("mesos_id", picture.Agent.Id);
            writer.WriteString("hostname", picture.Agent.Status.Registration.Hostname);
            writer.WriteString("container_id", id);
            writer.WriteString("framework_name", executor.Framework.Info.Name);
            writer.WriteString("task_name", executor.Tasks[0].Task.Name);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    /// <summary>What a program itself told of its doings: 204, nobody is asked to.</summary>
    public async Task AppMetricsAsync(HttpContext http)
    {
        Container(http, await PictureAsync(http));
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static (string Id, AgentExecutor Executor) Container(HttpContext http, AgentPicture picture)
    {
        var id = (string)http.GetRouteValue("container")!;
        var executor = picture.Executors.Select(executor => executor.Only(id)).FirstOrDefault(executor => executor.Tasks.Count > 0);
        return (id, executor ?? throw MesosRefusal.NotFound($"Container '{id}' is not on agent '{picture.Agent.Id}'"));
    }

    public async Task FlagsAsync(HttpContext http)
    {
        var picture = await PictureAsync(http);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            WriteFlags(writer, picture.Agent.Status);
            writer.WriteEndObject();
        });
    }

    public async Task VersionAsync(HttpContext http)
    {
        await PictureAsync(http);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            WriteVersion(writer);
            writer.WriteEndObject();
        });
    }

    /// <summary>Healthy is an agent that has a session.</summary>
    public async Task HealthAsync(HttpContext http) =>
        http.Response.StatusCode = IsHealthy(await PictureAsync(http)) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    /// <summary>The agent that the address names.</summary>
    public async Task<AgentPicture> PictureAsync(HttpContext http) => AgentPicture.Of(await reader.ReadAsync(), (string)http.GetRouteValue("agent")!);

    public static bool IsHealthy(AgentPicture picture) => picture.Agent.Status.Condition is AgentCondition.Active or AgentCondition.Draining or AgentCondition.Drained or AgentCondition.Deactivated;

    /// <summary>What an agent was started with, as far as it is told.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Flags(AgentStatus agent)
    {
        var registration = agent.Registration;
        yield return new("attributes", registration.Attributes);
        yield return new("containerizers", string.Join(',', registration.Containerizers.AsEnumerable()));
        yield return new("hostname", registration.Hostname);
        yield return new("ip", registration.Address);
        yield return new("resources", registration.Resources.ToString());
    }

    /// <summary>Numbers under the names of Mesos' agents.</summary>
    public SortedDictionary<string, double> Measure(AgentPicture picture)
    {
        var agent = picture.Agent;
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["slave/registered"] = IsHealthy(picture) ? 1 : 0,
            ["slave/uptime_secs"] = (time.GetUtcNow() - (agent.Status.ReregisteredAt ?? agent.Status.RegisteredAt)).TotalSeconds,
            ["slave/frameworks_active"] = picture.Frameworks.Count(framework => framework.Executors.Any(executor => executor.IsLive)),
            ["slave/executors_running"] = picture.Executors.Count(executor => executor.IsLive),
            ["slave/executors_terminated"] = picture.Executors.Count(executor => !executor.IsLive),
        };
        var counts = picture.Tasks.CountBy(task => task.State).ToDictionary();
        foreach (var (name, state) in Counted)
            metrics[$"slave/tasks_{name}"] = counts.GetValueOrDefault(state);
        foreach (var name in (string[])[ResourceNames.Cpus, ResourceNames.Mem, ResourceNames.Disk, ResourceNames.Gpus])
        {
            Add(name, agent.Total.NonRevocable(), agent.Used.NonRevocable());
            Add(name + "_revocable", agent.Total.RevocableOnly(), agent.Used.RevocableOnly());

            void Add(string kind, Resources all, Resources taken)
            {
                var (total, used) = (all.Quantities.Get(name) / 1000d, taken.Quantities.Get(name) / 1000d);
                metrics[$"slave/{kind}_total"] = total;
                metrics[$"slave/{kind}_used"] = used;
                metrics[$"slave/{kind}_percent"] = total > 0 ? used / total : 0;
            }
        }
        return metrics;
    }

    private static Resources Allocated(AgentPicture picture) => PictureFramework.Sum(picture.Tasks.Where(task => task.IsLive).Select(task => task.Resources));

    private void WriteVersion(Utf8JsonWriter writer)
    {
        writer.WriteString("version", AgentMapping.MesosVersion);
        writer.WriteString("build_date", master.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        writer.WriteNumber("build_time", LegacyWriter.Seconds(master.StartedAt));
        writer.WriteString("build_user", "platform");
    }

    private static void WriteFlags(Utf8JsonWriter writer, AgentStatus agent)
    {
        writer.WriteStartObject("flags");
        foreach (var (name, value) in Flags(agent))
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    private static void WriteFrameworks(Utf8JsonWriter writer, string name, AgentPicture picture, bool live)
    {
        writer.WriteStartArray(name);
        foreach (var (framework, executors) in picture.Frameworks.Where(framework => framework.Executors.Any(executor => executor.IsLive) == live))
        {
            writer.WriteStartObject();
            writer.WriteString("id", framework.Id);
            writer.WriteString("name", framework.Info.Name);
            writer.WriteString("user", framework.Info.User);
            writer.WriteNumber("failover_timeout", framework.Info.FailoverTimeout);
            writer.WriteBoolean("checkpoint", framework.Info.Checkpoint);
            writer.WriteString("hostname", framework.Info.Hostname);
            writer.WriteStartArray("roles");
            foreach (var role in framework.Roles)
                writer.WriteStringValue(role);
            writer.WriteEndArray();
            WriteExecutors(writer, "executors", executors.Where(executor => executor.IsLive));
            WriteExecutors(writer, "completed_executors", executors.Where(executor => !executor.IsLive));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteExecutors(Utf8JsonWriter writer, string name, IEnumerable<AgentExecutor> executors)
    {
        writer.WriteStartArray(name);
        foreach (var executor in executors)
        {
            writer.WriteStartObject();
            writer.WriteString("id", executor.Id);
            writer.WriteString("name", NameOf(executor));
            writer.WriteString("source", executor.Id);
            writer.WriteString("container", executor.Container);
            writer.WriteString("directory", executor.Directory);
            writer.WriteString("role", executor.Tasks[0].Role);
            if (executor.Own is { } own)
                writer.WriteString("type", own.TypeName);
            LegacyWriter.Write(writer, "resources", PictureFramework.Sum(executor.Tasks.Where(task => task.IsLive).Select(task => task.Resources).Append(executor.Own?.Resources ?? Resources.Empty)));
            LegacyWriter.WriteTasks(writer, "tasks", executor.Tasks.Where(task => !task.State.IsTerminal()));
            writer.WriteStartArray("queued_tasks");
            writer.WriteEndArray();
            LegacyWriter.WriteTasks(writer, "completed_tasks", executor.Tasks.Where(task => task.State.IsTerminal()));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>An executor's name for people.</summary>
    public static string NameOf(AgentExecutor executor) =>
        !executor.Tasks[0].IsInExecutor ? executor.Tasks.Count == 1 ? $"Command Executor (Task: {executor.Tasks[0].Task.TaskId.Value})" : "Default Executor"
        : executor.Own is { Info: { Type: Wire.ExecutorInfo.Types.Type.Default, Name.Length: 0 } } ? "Default Executor"
        : executor.Own?.Info.Name ?? "";

    private static void WriteStatistics(Utf8JsonWriter writer, AgentExecutor executor)
    {
        writer.WriteString("executor_id", executor.Id);
        writer.WriteString("executor_name", NameOf(executor));
        writer.WriteString("framework_id", executor.Framework.Id);
        writer.WriteString("source", executor.Id);
        if (AgentMeasures.Of(executor) is { } statistics)
            MesosJson.Write(writer, "statistics", statistics);
    }
}
