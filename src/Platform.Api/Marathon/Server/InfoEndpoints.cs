using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Server;

/// <summary><c>/v2/info</c>, <c>/v2/leader</c>, <c>/v2/plugins</c> and <c>/config</c>.</summary>
internal sealed class InfoEndpoints(MarathonApi api)
{
    /// <summary>The version of Marathon whose API this is; clients choose their words by it.</summary>
    private const string MarathonVersion = "1.11.24";

    private static readonly string Build =
        typeof(InfoEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var info = new InfoEndpoints(api);
        routes.Get("/v2/info", info.ShowAsync).Needs(Right.Filtered);
        routes.Get("/config", request => Answer(writer => info.WriteConfig(writer, request.Http))).Needs(Right.On(AccessAction.Read, ResourceId.Administration("config")));
        routes.Get("/v2/leader", request => Answer(writer => writer.WriteString("leader", LeaderAddress.Of(request.Http, api.Options)))).Needs(Right.Filtered);
        routes.Delete("/v2/leader", _ => info.AbdicateAsync()).Needs(Right.On(AccessAction.Update, ResourceId.Administration("leader")));
        routes.Get("/v2/plugins", _ => Answer(writer =>
        {
            writer.WriteStartArray("plugins");
            writer.WriteEndArray();
        })).Needs(Right.Filtered);
    }

    private static Task<IResult> Answer(Action<Utf8JsonWriter> write) => Task.FromResult<IResult>(new JsonAnswer(writer =>
    {
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    }));

    /// <summary>Every silo serves. What there is one of, and what a leader would give up, is the gate of all changes: it begins anew from what is stored.</summary>
    private async Task<IResult> AbdicateAsync()
    {
        await api.Reader.Groups.AbdicateAsync();
        return await Answer(writer => writer.WriteString("message", "Leadership abdicated"));
    }

    private async Task<IResult> ShowAsync(ApiRequest request)
    {
        var elected = await HasGateAsync();
        return await Answer(writer => WriteInfo(writer, request.Http, elected));
    }

    /// <summary>What a leader was elected for is there: the gate of all changes answers.</summary>
    private async Task<bool> HasGateAsync()
    {
        try
        {
            await api.Reader.Groups.GetLocksAsync().WaitAsync(GatePatience, api.Time);
            return true;
        }
        catch (Exception failure) when (failure is TimeoutException or OrleansMessageRejectionException)
        {
            return false;
        }
    }

    private static readonly TimeSpan GatePatience = TimeSpan.FromSeconds(2);

    private void WriteInfo(Utf8JsonWriter writer, HttpContext http, bool elected)
    {
        writer.WriteString("name", api.Options.FrameworkName);
        writer.WriteString("version", MarathonVersion);
        writer.WriteString("buildref", "platform-" + Build);
        writer.WriteBoolean("elected", elected);
        writer.WriteString("leader", LeaderAddress.Of(http, api.Options));
        writer.WriteString("frameworkId", AppScheduler.FrameworkId);
        writer.WriteStartObject("marathon_config");
        WriteConfig(writer, http);
        writer.WriteEndObject();
        // Nothing of ours is in ZooKeeper; clients expect the members.
        writer.WriteStartObject("zookeeper_config");
        writer.WriteString("zk", "");
        writer.WriteNumber("zk_max_versions", 50);
        WriteNulls(writer, "zk_compression", "zk_compression_threshold", "zk_connection_timeout", "zk_max_node_size", "zk_session_timeout", "zk_timeout");
        writer.WriteEndObject();
        writer.WriteStartObject("http_config");
        writer.WriteNumber("http_port", http.Connection.LocalPort);
        writer.WriteNull("https_port");
        writer.WriteEndObject();
    }

    private void WriteConfig(Utf8JsonWriter writer, HttpContext http)
    {
        writer.WriteBoolean("checkpoint", true);
        writer.WriteString("executor", "//cmd");
        writer.WriteStartArray("features");
        foreach (var feature in (string[])["secrets", "gpu_resources"])
            writer.WriteStringValue(feature);
        writer.WriteEndArray();
        writer.WriteString("framework_name", api.Options.FrameworkName);
        writer.WriteBoolean("ha", api.Options.HighlyAvailable);
        writer.WriteString("hostname", http.Request.Host.Host);
        writer.WriteNumber("local_port_min", ServicePorts.DefaultFirst);
        writer.WriteNumber("local_port_max", ServicePorts.DefaultLast);
        writer.WriteString("master", $"http://{http.Request.Host.Value}");
        writer.WriteString("mesos_leader_ui_url", $"http://{http.Request.Host.Value}/");
        writer.WriteString("mesos_role", api.Options.DefaultRole);
        if (api.Options.DefaultAcceptedResourceRoles.Count > 0)
        {
            writer.WriteStartArray("default_accepted_resource_roles");
            foreach (var role in api.Options.DefaultAcceptedResourceRoles)
                writer.WriteStringValue(role);
            writer.WriteEndArray();
        }
        writer.WriteString("new_group_enforce_role", "off");
        writer.WriteString("default_network_name", api.Options.DefaultNetworkName);
        writer.WriteBoolean("maintenance_mode", false);
        writer.WriteString("mesos_bridge_name", "mesos-bridge");
        // Settings of Marathon's that have no counterpart here: who lists them finds them unset.
        WriteNulls(writer,
            "access_control_allow_origin", "decline_offer_duration", "env_vars_prefix", "failover_timeout", "launch_token", "launch_token_refresh_interval",
            "leader_proxy_connection_timeout_ms", "leader_proxy_read_timeout_ms", "max_instances_per_offer", "mesos_heartbeat_failure_threshold",
            "mesos_heartbeat_interval", "mesos_user", "min_revive_offers_interval", "offer_matching_timeout", "on_elected_prepare_timeout",
            "reconciliation_initial_delay", "reconciliation_interval", "scale_apps_initial_delay", "scale_apps_interval", "store_cache",
            "task_launch_confirm_timeout", "task_launch_timeout", "task_lost_expunge_initial_delay", "task_lost_expunge_interval",
            "task_reservation_timeout", "webui_url");
    }

    private static void WriteNulls(Utf8JsonWriter writer, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            writer.WriteNull(name);
    }
}
