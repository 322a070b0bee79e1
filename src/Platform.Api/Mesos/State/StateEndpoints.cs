using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Mapping;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Security;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.State;

/// <summary>What Mesos' older endpoints tell of the cluster: <c>state</c>, <c>state-summary</c>, <c>slaves</c>, <c>frameworks</c>, <c>tasks</c>, <c>roles</c> and the small ones.</summary>
internal sealed class StateEndpoints(PictureReader reader, IGrainFactory grains, MasterIdentity master, MesosOptions options)
{
    private static readonly TaskState[] Summarized =
    [
        TaskState.Staging, TaskState.Starting, TaskState.Running, TaskState.Killing, TaskState.Finished, TaskState.Killed,
        TaskState.Failed, TaskState.Lost, TaskState.Error, TaskState.Unreachable,
    ];

    private readonly PictureJson _json = new();

    public async Task StateAsync(HttpContext http)
    {
        var picture = await reader.ReadAsync();
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            WriteMaster(writer, http, picture);
            writer.WriteStartArray("slaves");
            _json.WriteAgents(writer, picture);
            writer.WriteEndArray();
            WriteEmpty(writer, "recovered_slaves");
            writer.WriteStartArray("frameworks");
            _json.WriteFrameworks(writer, picture.Frameworks.Where(framework => framework.RemovedAt is null));
            writer.WriteEndArray();
            writer.WriteStartArray("completed_frameworks");
            _json.WriteFrameworks(writer, picture.Frameworks.Where(framework => framework.RemovedAt is not null));
            writer.WriteEndArray();
            WriteEmpty(writer, "orphan_tasks");
            WriteEmpty(writer, "unregistered_frameworks");
            writer.WriteEndObject();
        });
    }

    private void WriteMaster(Utf8JsonWriter writer, HttpContext http, ClusterPicture picture)
    {
        var info = master.Info(http);
        WriteVersion(writer);
        writer.WriteNumber("start_time", LegacyWriter.Seconds(master.StartedAt));
        writer.WriteNumber("elected_time", LegacyWriter.Seconds(master.StartedAt));
        writer.WriteString("id", master.Id);
        writer.WriteString("pid", info.Pid);
        writer.WriteString("hostname", info.Hostname);
        writer.WriteStartArray("capabilities");
        foreach (var capability in info.Capabilities)
            writer.WriteStringValue(capability.Type switch
            {
                Wire.MasterInfo.Types.Capability.Types.Type.AgentUpdate => "AGENT_UPDATE",
                Wire.MasterInfo.Types.Capability.Types.Type.AgentDraining => "AGENT_DRAINING",
                _ => "QUOTA_V2",
            });
        writer.WriteEndArray();
        writer.WriteNumber("activated_slaves", picture.Agents.Count(agent => agent.IsActive));
        writer.WriteNumber("deactivated_slaves", picture.Agents.Count(agent => agent.IsRegistered && !agent.IsActive));
        writer.WriteNumber("unreachable_slaves", picture.Agents.Count(agent => agent.Status.Condition == AgentCondition.Unreachable));
        writer.WriteString("leader", info.Pid);
        writer.WriteStartObject("leader_info");
        writer.WriteString("id", info.Id);
        writer.WriteString("pid", info.Pid);
        writer.WriteNumber("port", info.Port);
        writer.WriteString("hostname", info.Hostname);
        writer.WriteEndObject();
        if (options.Cluster is { } cluster)
            writer.WriteString("cluster", cluster);
        WriteFlags(writer);
    }

    public async Task SummaryAsync(HttpContext http)
    {
        // The command line of DC/OS asks everybody's cluster for its name.
        var sees = http.Access().Allows(AccessAction.Read, ResourceId.Operations("mesos"));
        var picture = await reader.ReadAsync();
        if (!sees)
            picture = picture with { Agents = [], Frameworks = [] };
        var byAgent = picture.Tasks.ToLookup(task => task.AgentId, StringComparer.Ordinal);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("hostname", master.Address(http).Hostname);
            if (options.Cluster is { } cluster)
                writer.WriteString("cluster", cluster);
            writer.WriteStartArray("slaves");
            foreach (var agent in picture.Agents.Where(agent => agent.IsRegistered))
            {
                writer.WriteStartObject();
                LegacyWriter.WriteAgent(writer, agent);
                WriteCounts(writer, byAgent[agent.Id]);
                WriteTexts(writer, "framework_ids", byAgent[agent.Id].Select(task => task.Task.FrameworkId.Value));
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteStartArray("frameworks");
            foreach (var framework in picture.Frameworks.Where(framework => framework.RemovedAt is null))
            {
                writer.WriteStartObject();
                LegacyWriter.WriteFrameworkSummary(writer, framework);
                WriteCounts(writer, framework.Tasks);
                WriteTexts(writer, "slave_ids", framework.Tasks.Select(task => task.AgentId));
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static void WriteCounts(Utf8JsonWriter writer, IEnumerable<PictureTask> tasks)
    {
        var counts = tasks.CountBy(task => task.State).ToDictionary();
        foreach (var state in Summarized)
            writer.WriteNumber(state.ToWireName(), counts.GetValueOrDefault(state));
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts.Distinct(StringComparer.Ordinal))
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    public async Task AgentsAsync(HttpContext http)
    {
        var picture = await reader.ReadAsync();
        var only = http.Request.Query["slave_id"].ToString();
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("slaves");
            foreach (var agent in picture.Agents.Where(agent => agent.IsRegistered && (only.Length == 0 || agent.Id == only)))
            {
                writer.WriteStartObject();
                LegacyWriter.WriteAgent(writer, agent);
                LegacyWriter.WriteAgentInFull(writer, agent);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            WriteEmpty(writer, "recovered_slaves");
            writer.WriteEndObject();
        });
    }

    public async Task FrameworksAsync(HttpContext http)
    {
        var picture = await reader.ReadAsync();
        var only = http.Request.Query["framework_id"].ToString();
        var chosen = picture.Frameworks.Where(framework => only.Length == 0 || framework.Id == only).ToList();
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("frameworks");
            _json.WriteFrameworks(writer, chosen.Where(framework => framework.RemovedAt is null));
            writer.WriteEndArray();
            writer.WriteStartArray("completed_frameworks");
            _json.WriteFrameworks(writer, chosen.Where(framework => framework.RemovedAt is not null));
            writer.WriteEndArray();
            WriteEmpty(writer, "unregistered_frameworks");
            writer.WriteEndObject();
        });
    }

    public async Task TasksAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var limit = Number(query["limit"], 100);
        var offset = Number(query["offset"], 0);
        var framework = query["framework_id"].ToString();
        var task = query["task_id"].ToString();
        var picture = await reader.ReadAsync();
        var chosen = picture.Tasks
            .Where(one => (framework.Length == 0 || one.Task.FrameworkId.Value == framework) && (task.Length == 0 || one.Task.TaskId.Value == task))
            .OrderBy(one => one.Task.Statuses.Count > 0 ? one.Task.Statuses[0].Timestamp : double.MaxValue);
        IEnumerable<PictureTask> ordered = query["order"] == "asc" ? chosen : chosen.Reverse();
        var page = ordered.Skip(offset).Take(limit).ToList();
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            LegacyWriter.WriteTasks(writer, "tasks", page);
            writer.WriteEndObject();
        });
    }

    // As in Mesos, what is no number is not looked at, and -1 is more than there can be.
    private static int Number(string? text, int otherwise) =>
        !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? otherwise : number < 0 ? int.MaxValue : number;

    public async Task RolesAsync(HttpContext http)
    {
        var picture = await reader.ReadAsync();
        var roles = await RolesAsync(grains, picture);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("roles");
            foreach (var (role, frameworks, offered) in roles)
            {
                var allocated = role.Held - offered;
                writer.WriteStartObject();
                writer.WriteString("name", role.Role);
                writer.WriteNumber("weight", role.Weight);
                writer.WriteStartObject("quota");
                writer.WriteString("role", role.Role);
                WriteAmounts(writer, "guarantee", role.Quota.Guarantees.Entries());
                WriteAmounts(writer, "limit", role.Quota.Limits.Bounds);
                WriteAmounts(writer, "consumed", role.Consumed.Entries());
                writer.WriteEndObject();
                LegacyWriter.Write(writer, "resources", role.Held);
                LegacyWriter.Write(writer, "allocated", allocated);
                LegacyWriter.Write(writer, "offered", offered);
                LegacyWriter.Write(writer, "reserved", role.Reserved);
                WriteTexts(writer, "frameworks", frameworks);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static void WriteAmounts(Utf8JsonWriter writer, string name, IEnumerable<KeyValuePair<string, long>> amounts)
    {
        writer.WriteStartObject(name);
        foreach (var (resource, milli) in amounts)
            writer.WriteNumber(resource, milli / 1000d);
        writer.WriteEndObject();
    }

    /// <summary>The roles that are known to the allocator or have a framework, each with its frameworks and with what is offered in it.</summary>
    public static async Task<IReadOnlyList<(RoleUsage Role, IReadOnlyList<string> Frameworks, ResourceQuantities Offered)>> RolesAsync(IGrainFactory grains, ClusterPicture picture)
    {
        var known = (await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Roles.AsEnumerable().ToDictionary(role => role.Role, StringComparer.Ordinal);
        var live = picture.Frameworks.Where(framework => framework.RemovedAt is null).ToList();
        var offers = live.SelectMany(framework => framework.Offers).ToLookup(offer => offer.Role, StringComparer.Ordinal);
        return
        [
            .. known.Keys.Concat(live.SelectMany(framework => framework.Roles)).Append("*").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(role => (
                    known.GetValueOrDefault(role) ?? new RoleUsage { Role = role },
                    (IReadOnlyList<string>)[.. live.Where(framework => framework.Roles.Contains(role)).Select(framework => framework.Id)],
                    offers[role].Aggregate(ResourceQuantities.Empty, (sum, offer) => sum + offer.Resources.Quantities))),
        ];
    }

    public Task FlagsAsync(HttpContext http) => JsonpAnswer.WriteAsync(http, writer =>
    {
        writer.WriteStartObject();
        WriteFlags(writer);
        writer.WriteEndObject();
    });

    private void WriteFlags(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("flags");
        foreach (var (name, value) in options.Flags)
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    public Task VersionAsync(HttpContext http) => JsonpAnswer.WriteAsync(http, writer =>
    {
        writer.WriteStartObject();
        WriteVersion(writer);
        writer.WriteEndObject();
    });

    private void WriteVersion(Utf8JsonWriter writer)
    {
        writer.WriteString("version", AgentMapping.MesosVersion);
        writer.WriteString("build_date", master.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        writer.WriteNumber("build_time", LegacyWriter.Seconds(master.StartedAt));
        writer.WriteString("build_user", "platform");
    }

    /// <summary>This one leads: the client is sent to the address that it came to.</summary>
    public Task RedirectAsync(HttpContext http)
    {
        var (hostname, port) = master.Address(http);
        http.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        http.Response.Headers.Location = $"//{hostname}:{port}";
        return Task.CompletedTask;
    }

    private static void WriteEmpty(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartArray(name);
        writer.WriteEndArray();
    }
}
