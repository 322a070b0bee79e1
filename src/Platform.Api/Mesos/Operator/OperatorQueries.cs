using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Agents;
using Platform.Api.Mesos.Mapping;
using Platform.Api.Mesos.State;
using Platform.Contracts.Allocation;
using Platform.Core;
using Call = Platform.Mesos.Wire.Operator.Call;
using Response = Platform.Mesos.Wire.Operator.Response;

namespace Platform.Api.Mesos.Operator;

/// <summary>What operators ask for.</summary>
internal sealed class OperatorQueries(PictureReader reader, MetricsSnapshot metrics, OperatorMaintenance maintenance, FileEndpoints files, MesosLogging logging, IGrainFactory grains, MasterIdentity master, MesosOptions options)
{
    /// <summary>The answer; null: the call asks for nothing but wants something done.</summary>
    public async Task<IMessage?> AnswerAsync(HttpContext http, Call call) => call.Type switch
    {
        Call.Types.Type.GetHealth => new Response { Type = Response.Types.Type.GetHealth, GetHealth = new() { Healthy = true } },
        Call.Types.Type.GetFlags => new Response
        {
            Type = Response.Types.Type.GetFlags,
            GetFlags = new() { Flags = { options.Flags.Select(flag => new Wire.Flag { Name = flag.Key, Value = flag.Value }) } },
        },
        Call.Types.Type.GetVersion => new Response
        {
            Type = Response.Types.Type.GetVersion,
            GetVersion = new() { VersionInfo = new() { Version = AgentMapping.MesosVersion, BuildUser = "platform", BuildTime = master.StartedAt.ToUnixTimeSeconds() } },
        },
        Call.Types.Type.GetMetrics => new Response
        {
            Type = Response.Types.Type.GetMetrics,
            GetMetrics = new() { Metrics = { (await metrics.MeasureAsync()).Select(metric => new Wire.Metric { Name = metric.Key, Value = metric.Value }) } },
        },
        Call.Types.Type.GetLoggingLevel => new Response { Type = Response.Types.Type.GetLoggingLevel, GetLoggingLevel = new() { Level = logging.Level } },
        Call.Types.Type.GetState => new Response { Type = Response.Types.Type.GetState, GetState = PictureMapping.State(await reader.ReadAsync()) },
        Call.Types.Type.GetAgents => new Response { Type = Response.Types.Type.GetAgents, GetAgents = PictureMapping.Agents(await reader.ReadAsync()) },
        Call.Types.Type.GetFrameworks => new Response { Type = Response.Types.Type.GetFrameworks, GetFrameworks = PictureMapping.Frameworks(await reader.ReadAsync()) },
        Call.Types.Type.GetExecutors => new Response { Type = Response.Types.Type.GetExecutors, GetExecutors = PictureMapping.Executors(await reader.ReadAsync()) },
        Call.Types.Type.GetOperations => new Response { Type = Response.Types.Type.GetOperations, GetOperations = new() { Operations = { (await reader.ReadAsync()).Frameworks.SelectMany(framework => framework.Operations) } } },
        Call.Types.Type.GetTasks => new Response { Type = Response.Types.Type.GetTasks, GetTasks = PictureMapping.Tasks(await reader.ReadAsync()) },
        Call.Types.Type.GetRoles => await RolesAsync(),
        Call.Types.Type.GetWeights => await WeightsAsync(),
        Call.Types.Type.GetMaster => new Response
        {
            Type = Response.Types.Type.GetMaster,
            GetMaster = new() { MasterInfo = master.Info(http), StartTime = LegacyWriter.Seconds(master.StartedAt), ElectedTime = LegacyWriter.Seconds(master.StartedAt) },
        },
        Call.Types.Type.GetMaintenanceSchedule => await maintenance.ScheduleAsync(),
        Call.Types.Type.GetMaintenanceStatus => await maintenance.StatusAsync(),
        Call.Types.Type.ListFiles => await ListAsync(http, call.ListFiles.Path),
        Call.Types.Type.ReadFile => await ReadAsync(http, call.ReadFile),
        Call.Types.Type.GetQuota => await QuotaAsync(),
        _ => null,
    };

    private async Task<Response> ListAsync(HttpContext http, string path) => new()
    {
        Type = Response.Types.Type.ListFiles,
        ListFiles = new() { FileInfos = { (await files.ListAsync(http, path)).Select(entry => FileEndpoints.ToWire(path, entry)) } },
    };

    private async Task<Response> ReadAsync(HttpContext http, Call.Types.ReadFile read)
    {
        var chunk = await files.ReadAsync(http, read.Path, FileEndpoints.Offset(read.Offset), FileEndpoints.Length(read.HasLength ? read.Length : null));
        return new() { Type = Response.Types.Type.ReadFile, ReadFile = new() { Size = (ulong)chunk.Size, Data = ByteString.CopyFrom(chunk.Bytes) } };
    }

    private async Task<Response> RolesAsync()
    {
        var response = new Response { Type = Response.Types.Type.GetRoles, GetRoles = new() };
        foreach (var (role, frameworks, _) in await StateEndpoints.RolesAsync(grains, await reader.ReadAsync()))
        {
            var wire = new Wire.Role { Name = role.Role, Weight = role.Weight, Frameworks = { frameworks.Select(id => new Wire.FrameworkID { Value = id }) } };
            ResourceMapping.Write(Resources.Of(role.Held.Entries().Select(amount => Resource.Scalar(amount.Key, amount.Value))), wire.Resources);
            response.GetRoles.Roles.Add(wire);
        }
        return response;
    }

    private async Task<Response> WeightsAsync()
    {
        var roles = (await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Roles;
        return new()
        {
            Type = Response.Types.Type.GetWeights,
            GetWeights = new() { WeightInfos = { roles.Where(role => role.Weight != 1).Select(role => new Wire.WeightInfo { Role = role.Role, Weight = role.Weight }) } },
        };
    }

    private async Task<Response> QuotaAsync()
    {
        var status = new Wire.Quota.QuotaStatus();
        foreach (var role in (await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Roles.AsEnumerable().Where(role => !role.Quota.IsNone))
        {
            var config = new Wire.Quota.QuotaConfig { Role = role.Role };
            foreach (var (name, milli) in role.Quota.Guarantees.Entries())
                config.Guarantees[name] = ResourceMapping.Scalar(milli);
            foreach (var (name, milli) in role.Quota.Limits.Bounds)
                config.Limits[name] = ResourceMapping.Scalar(milli);
            status.Configs.Add(config);
            var info = new Wire.Quota.QuotaInfo { Role = role.Role };
            ResourceMapping.Write(Resources.Of(role.Quota.Guarantees.Entries().Select(amount => Resource.Scalar(amount.Key, amount.Value))), info.Guarantee);
            status.Infos.Add(info);
        }
        return new() { Type = Response.Types.Type.GetQuota, GetQuota = new() { Status = status } };
    }
}
