using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Mapping;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Security;
using Platform.Core.Tasks;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Agent.Call;
using Kind = Platform.Mesos.Wire.Agent.Call.Types.Type;
using Response = Platform.Mesos.Wire.Agent.Response;

namespace Platform.Api.Mesos.Agents;

/// <summary>The operator API v1 of an agent, <c>POST /agent/ID/api/v1</c>, as far as the control plane and the agent's session can answer.</summary>
internal sealed class AgentOperatorEndpoint(AgentEndpoints agents, AgentContainers containers, FileEndpoints files, AgentLoggingEndpoint logging, MasterIdentity master, IGrainFactory grains)
{
    /// <summary>Answers a call.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        try
        {
            if (AgentContainers.IsInput(http.Request))
            {
                await containers.TakeInputAsync(http, await agents.PictureAsync(http));
                return;
            }
            var call = await MesosContents.ReadCallAsync<Call>(http.Request);
            if (ProblemOf(call) is { } problem)
                throw MesosRefusal.BadRequest($"Failed to validate agent::Call: {problem}");
            Demand(http.Access(), call);
            if (call.Type is Kind.LaunchNestedContainerSession or Kind.AttachContainerOutput)
            {
                await containers.StreamAsync(http, call, await agents.PictureAsync(http));
                return;
            }
            var content = MesosContents.Accepted(http.Request) ?? throw MesosRefusal.NotAcceptable();
            if (call.Type is Kind.PruneImages or Kind.SetLoggingLevel || AgentProviders.Serves(call.Type))
            {
                await ChangeAsync(http, call, await agents.PictureAsync(http));
                return;
            }
            if (AgentContainers.IsChange(call.Type))
            {
                http.Response.StatusCode = await containers.ChangeAsync(http, call, await agents.PictureAsync(http));
                return;
            }
            var bytes = content.Encode(await AnswerAsync(http, call, await agents.PictureAsync(http)));
            http.Response.ContentType = content.Name();
            http.Response.ContentLength = bytes.Length;
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
        catch (MesosRefusal refusal)
        {
            await refusal.WriteAsync(http);
        }
    }

    private static string? ProblemOf(Call call) => !call.IsInitialized() ? "Not initialized: a required field is missing"
        : !call.HasType ? "Expecting 'type' to be present"
        : call.Type == Kind.GetMetrics && call.GetMetrics is null ? "Expecting 'get_metrics' to be present"
        : call.Type == Kind.ListFiles && call.ListFiles is null ? "Expecting 'list_files' to be present"
        : call.Type == Kind.ReadFile && call.ReadFile is null ? "Expecting 'read_file' to be present"
        : call.Type == Kind.SetLoggingLevel && call.SetLoggingLevel is null ? "Expecting 'set_logging_level' to be present"
        : AgentProviders.ProblemOf(call) ?? AgentContainers.ProblemOf(call);

    // Files are asked for by the task that they belong to.
    private static void Demand(Access access, Call call)
    {
        if (call.Type == Kind.GetFlags)
            access.Demand(AccessAction.Read, ResourceId.Administration("config"));
        else if (call.Type == Kind.PruneImages || AgentProviders.Serves(call.Type))
            access.Demand(AccessAction.Update, ResourceId.Operations("slave"));
        else if (call.Type == Kind.SetLoggingLevel)
            access.Demand(AccessAction.Update, ResourceId.Administration("config"));
        else if (call.Type is not (Kind.GetHealth or Kind.GetVersion or Kind.ListFiles or Kind.ReadFile) && !AgentContainers.Serves(call.Type))
            access.Demand(AccessAction.Read, ResourceId.Operations("slave"));
    }

    private async Task ChangeAsync(HttpContext http, Call call, AgentPicture picture)
    {
        switch (call.Type)
        {
            case Kind.PruneImages:
                var excluded = call.PruneImages?.ExcludedImages.Select(image => image.Docker?.Name).OfType<string>().ToValueList() ?? default;
                if (!await grains.GetGrain<IAgentGrain>(picture.Agent.Id).PruneImagesAsync(excluded))
                    throw new MesosRefusal(StatusCodes.Status503ServiceUnavailable, $"Agent {picture.Agent.Id} has no session now");
                break;
            case Kind.SetLoggingLevel:
                await logging.SetAsync(picture, call.SetLoggingLevel.Level, TimeSpan.FromTicks(call.SetLoggingLevel.Duration.Nanoseconds / 100));
                break;
            default:
                AgentProviders.Answer(call);
                break;
        }
        http.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task<IMessage> AnswerAsync(HttpContext http, Call call, AgentPicture picture)
    {
        switch (call.Type)
        {
            case Kind.GetHealth:
                return new Response { Type = Response.Types.Type.GetHealth, GetHealth = new() { Healthy = AgentEndpoints.IsHealthy(picture) } };
            case Kind.GetFlags:
                return new Response
                {
                    Type = Response.Types.Type.GetFlags,
                    GetFlags = new() { Flags = { AgentEndpoints.Flags(picture.Agent.Status).Select(flag => new Wire.Flag { Name = flag.Key, Value = flag.Value }) } },
                };
            case Kind.GetVersion:
                return new Response
                {
                    Type = Response.Types.Type.GetVersion,
                    GetVersion = new() { VersionInfo = new() { Version = AgentMapping.MesosVersion, BuildUser = "platform", BuildTime = master.StartedAt.ToUnixTimeSeconds() } },
                };
            case Kind.GetMetrics:
                return new Response
                {
                    Type = Response.Types.Type.GetMetrics,
                    GetMetrics = new() { Metrics = { agents.Measure(picture).Select(metric => new Wire.Metric { Name = metric.Key, Value = metric.Value }) } },
                };
            case Kind.GetLoggingLevel:
                return new Response { Type = Response.Types.Type.GetLoggingLevel, GetLoggingLevel = new() { Level = await logging.ReadAsync(picture) } };
            case Kind.GetState:
                return new Response { Type = Response.Types.Type.GetState, GetState = new() { GetTasks = Tasks(picture), GetExecutors = Executors(picture), GetFrameworks = Frameworks(picture) } };
            case Kind.GetTasks:
                return new Response { Type = Response.Types.Type.GetTasks, GetTasks = Tasks(picture) };
            case Kind.GetExecutors:
                return new Response { Type = Response.Types.Type.GetExecutors, GetExecutors = Executors(picture) };
            case Kind.GetFrameworks:
                return new Response { Type = Response.Types.Type.GetFrameworks, GetFrameworks = Frameworks(picture) };
            case Kind.GetContainers:
                return new Response { Type = Response.Types.Type.GetContainers, GetContainers = Containers(http, picture, call.GetContainers ?? new()) };
            case Kind.GetAgent:
                return new Response { Type = Response.Types.Type.GetAgent, GetAgent = Agent(picture.Agent.Status) };
            case Kind.GetOperations:
                return new Response { Type = Response.Types.Type.GetOperations, GetOperations = new() { Operations = { picture.Operations } } };
            case Kind.GetResourceProviders:
                return new Response { Type = Response.Types.Type.GetResourceProviders, GetResourceProviders = new() };
            case Kind.WaitNestedContainer:
                return new Response { Type = Response.Types.Type.WaitNestedContainer, WaitNestedContainer = await containers.WaitAsync(http, call.WaitNestedContainer.ContainerId, picture) };
            case Kind.WaitContainer:
                return new Response { Type = Response.Types.Type.WaitContainer, WaitContainer = await containers.WaitAsync(http, call.WaitContainer.ContainerId, picture) };
            case Kind.ListFiles:
                return await ListAsync(http, call.ListFiles.Path);
            case Kind.ReadFile:
                return await ReadAsync(http, call.ReadFile);
            default:
                throw new MesosRefusal(StatusCodes.Status501NotImplemented,
                    $"{Call.Descriptor.EnumTypes[0].FindValueByNumber((int)call.Type)?.Name ?? call.Type.ToString()} is not served here");
        }
    }

    private static Response.Types.GetAgent Agent(AgentStatus status)
    {
        var answer = new Response.Types.GetAgent { AgentInfo = AgentMapping.ToWire(status) };
        if (status.Drain is not { } drain)
            return answer;
        answer.DrainConfig = new() { MarkGone = drain.MarkGone };
        if (drain.MaxGraceSeconds is { } grace)
            answer.DrainConfig.MaxGracePeriod = new() { Nanoseconds = (long)(grace * 1e9) };
        if (drain.Since is { } since)
            answer.EstimatedDrainStartTime = StatusMapping.Time(since);
        return answer;
    }

    private static Response.Types.GetTasks Tasks(AgentPicture picture)
    {
        var answer = new Response.Types.GetTasks();
        foreach (var task in picture.Tasks)
            (task.State.IsTerminal() ? answer.CompletedTasks : answer.LaunchedTasks).Add(task.Task);
        return answer;
    }

    private static Response.Types.GetExecutors Executors(AgentPicture picture)
    {
        var answer = new Response.Types.GetExecutors();
        foreach (var executor in picture.Executors)
        {
            (executor.IsLive ? answer.Executors : answer.CompletedExecutors).Add(new Response.Types.GetExecutors.Types.Executor
            {
                ExecutorInfo = executor.Own?.Info ?? new() { ExecutorId = new() { Value = executor.Id }, FrameworkId = executor.Framework.Info.Id, Name = AgentEndpoints.NameOf(executor), Source = executor.Id },
            });
        }
        return answer;
    }

    private static Response.Types.GetFrameworks Frameworks(AgentPicture picture)
    {
        var answer = new Response.Types.GetFrameworks();
        foreach (var (framework, executors) in picture.Frameworks)
        {
            (executors.Any(executor => executor.IsLive) ? answer.Frameworks : answer.CompletedFrameworks)
                .Add(new Response.Types.GetFrameworks.Types.Framework { FrameworkInfo = framework.Info });
        }
        return answer;
    }

    private Response.Types.GetContainers Containers(HttpContext http, AgentPicture picture, Call.Types.GetContainers call)
    {
        var answer = new Response.Types.GetContainers();
        foreach (var executor in picture.Executors.Where(executor => executor.IsLive))
        {
            var container = new Response.Types.GetContainers.Types.Container
            {
                FrameworkId = executor.Framework.Info.Id,
                ExecutorId = new() { Value = executor.Id },
                ExecutorName = AgentEndpoints.NameOf(executor),
                ContainerId = new() { Value = executor.Container },
                ContainerStatus = new() { ContainerId = new() { Value = executor.Container } },
            };
            if (AgentMeasures.Of(executor) is { } statistics)
                container.ResourceStatistics = statistics;
            answer.Containers.Add(container);
            if (!call.ShowNested)
                continue;
            foreach (var id in containers.In(picture.Agent.Id, executor.Container))
            {
                answer.Containers.Add(new Response.Types.GetContainers.Types.Container
                {
                    FrameworkId = container.FrameworkId,
                    ExecutorId = container.ExecutorId,
                    ExecutorName = container.ExecutorName,
                    ContainerId = id,
                    ContainerStatus = new() { ContainerId = id },
                });
            }
        }
        if (!http.Access().Allows(AccessAction.Read, ResourceId.StandaloneContainers))
            return answer;
        foreach (var status in StandaloneContainers.On(picture))
        {
            var id = new Wire.ContainerID { Value = TaskOwners.ContainerOf(status.TaskId) };
            var container = new Response.Types.GetContainers.Types.Container { ContainerId = id, ContainerStatus = new() { ContainerId = id } };
            if (status.ProcessId is { } process)
                container.ContainerStatus.ExecutorPid = (uint)process;
            if (AgentMeasures.Of(status.TaskId, picture.Agent.Status) is { } statistics)
                container.ResourceStatistics = statistics;
            if (call.ShowStandalone)
                answer.Containers.Add(container);
            if (call.ShowNested)
                answer.Containers.Add(containers.In(picture.Agent.Id, id.Value).Select(nested => new Response.Types.GetContainers.Types.Container { ContainerId = nested, ContainerStatus = new() { ContainerId = nested } }));
        }
        return answer;
    }

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
}
