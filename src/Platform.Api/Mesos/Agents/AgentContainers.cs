using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using Platform.Api.Agents;
using Platform.Api.Mesos.Mapping;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Security;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Agent.Call;
using Kind = Platform.Mesos.Wire.Agent.Call.Types.Type;
using ProcessIO = Platform.Mesos.Wire.Agent.ProcessIO;
using Response = Platform.Mesos.Wire.Agent.Response;

namespace Platform.Api.Mesos.Agents;

/// <summary>
/// Containers by the calls of agents' operators. Those inside of others are commands beside tasks, in all that the tasks have: they are held by the silo
/// that was asked for them, which alone knows them, and end with it. Those by themselves are <see cref="StandaloneContainers"/>.
/// </summary>
internal sealed class AgentContainers(IGrainFactory grains, StandaloneContainers standalone, TimeProvider time)
{
    private const string RecordIoType = "application/recordio";
    private const string MessageAccept = "Message-Accept";
    private const string MessageContentType = "Message-Content-Type";
    private const int KilledBySignal = 128;
    private const int SigKill = 9;
    private const int LongestId = 255;
    private const int MostEnded = 1_000;

    private readonly ConcurrentDictionary<(string AgentId, string Container), NestedContainer> _containers = new();
    private readonly ConcurrentQueue<(string AgentId, string Container)> _ended = new();

    /// <summary>True for a request whose body is a stream of calls, which is how input is attached.</summary>
    public static bool IsInput(HttpRequest request) => request.ContentType?.StartsWith(RecordIoType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>True for a call about containers inside those of tasks.</summary>
    public static bool Serves(Kind kind) => IsChange(kind) || kind is Kind.LaunchNestedContainerSession
        or Kind.AttachContainerOutput or Kind.AttachContainerInput or Kind.WaitContainer or Kind.WaitNestedContainer;

    /// <summary>True for a call that is answered with a status alone.</summary>
    public static bool IsChange(Kind kind) => kind is Kind.LaunchContainer or Kind.LaunchNestedContainer
        or Kind.KillContainer or Kind.KillNestedContainer or Kind.RemoveContainer or Kind.RemoveNestedContainer;

    /// <summary>What is wrong with such a call as such; null: nothing.</summary>
    public static string? ProblemOf(Call call)
    {
        if (!Serves(call.Type))
            return null;
        // The member with what a call needs has the name of its type.
        var name = Call.Descriptor.EnumTypes[0].FindValueByNumber((int)call.Type).Name.ToLowerInvariant();
        if (!Call.Descriptor.FindFieldByName(name).Accessor.HasValue(call))
            return $"Expecting '{name}' to be present";
        if (call.Type == Kind.AttachContainerInput)
            return "Expecting 'Content-Type' of application/recordio for ATTACH_CONTAINER_INPUT";
        var (id, isNested) = (IdOf(call), call.Type is Kind.LaunchNestedContainer or Kind.LaunchNestedContainerSession or Kind.WaitNestedContainer or Kind.KillNestedContainer or Kind.RemoveNestedContainer);
        var launches = call.Type is Kind.LaunchContainer or Kind.LaunchNestedContainer or Kind.LaunchNestedContainerSession;
        return launches && ProblemOf(id.Value) is { } problem ? $"'{name}.container_id' is invalid: {problem}"
            : isNested && id.Parent is null ? $"Expecting '{name}.container_id.parent' to be present"
            : call.Type == Kind.LaunchContainer && id.Parent is not null && call.LaunchContainer.Resources.Count > 0 ? "Resources may not be specified when using 'launch_container' to launch nested containers"
            : null;
    }

    // Dots stand between the names of containers and of those in them.
    private static string? ProblemOf(string id) =>
        id.Length == 0 ? "ID must not be empty"
        : id.Length > LongestId ? $"ID must not be greater than {LongestId} characters"
        : id.Any(c => char.IsControl(c) || c is '/' or '\\') ? $"'{id}' contains invalid characters"
        : id.Any(c => c is '.' or ' ') ? $"'ContainerID.value' '{id}' contains invalid characters"
        : null;

    /// <summary>Those in a container that have not ended.</summary>
    public IEnumerable<Wire.ContainerID> In(string agentId, string container) => _containers
        .Where(one => one.Key.AgentId == agentId && one.Key.Container.StartsWith(container + ".", StringComparison.Ordinal) && !one.Value.Ended.IsCompleted)
        .Select(one => one.Value.Id);

    /// <summary>Starts, signals or removes a container, and tells the status to answer with.</summary>
    /// <exception cref="MesosRefusal">It cannot be done.</exception>
    public async Task<int> ChangeAsync(HttpContext http, Call call, AgentPicture picture)
    {
        var id = IdOf(call);
        var signal = call.KillContainer is { HasSignal: true } kill ? kill.Signal : call.KillNestedContainer is { HasSignal: true } nested ? nested.Signal : SigKill;
        if (id.Parent is null)
        {
            http.Access().Demand(AccessAction.Update, ResourceId.StandaloneContainers);
            if (call.Type == Kind.LaunchContainer)
                return await standalone.LaunchAsync(http, call.LaunchContainer, picture);
            await (call.Type == Kind.KillContainer ? standalone.SignalAsync(id.Value, signal, picture) : standalone.RemoveAsync(id.Value, picture));
            return StatusCodes.Status200OK;
        }
        switch (call.Type)
        {
            case Kind.LaunchContainer or Kind.LaunchNestedContainer:
                var (command, container) = call.Type == Kind.LaunchContainer
                    ? (call.LaunchContainer.Command, call.LaunchContainer.Container) : (call.LaunchNestedContainer.Command, call.LaunchNestedContainer.Container);
                Demand(http, id, picture);
                if (_containers.ContainsKey((picture.Agent.Id, Name(id))))
                    return StatusCodes.Status202Accepted;
                await LaunchAsync(http, id, command, container, picture);
                return StatusCodes.Status200OK;
            case Kind.KillContainer or Kind.KillNestedContainer:
                var there = Find(http, id, picture);
                if (there.Ended.IsCompleted)
                    throw MesosRefusal.NotFound($"Container '{Name(id)}' cannot be found (or is already killed)");
                await there.SignalAsync(signal);
                return StatusCodes.Status200OK;
            default:
                Demand(http, id, picture);
                var key = (picture.Agent.Id, Name(id));
                if (_containers.TryGetValue(key, out var removed) && !removed.Ended.IsCompleted)
                    throw new MesosRefusal(StatusCodes.Status500InternalServerError, $"Container {Name(id)} has not terminated yet");
                _containers.TryRemove(key, out _);
                return StatusCodes.Status200OK;
        }
    }

    /// <summary>Waits for the end of a container.</summary>
    /// <exception cref="MesosRefusal">404: there is none.</exception>
    public async Task<Response.Types.WaitContainer> WaitAsync(HttpContext http, Wire.ContainerID id, AgentPicture picture)
    {
        if (id.Parent is null)
        {
            http.Access().Demand(AccessAction.Read, ResourceId.StandaloneContainers);
            return await standalone.WaitAsync(http, id.Value, picture);
        }
        var end = await Find(http, id, picture).Ended.WaitAsync(http.RequestAborted);
        var answer = new Response.Types.WaitContainer();
        // As of wait(2).
        if (end.ExitStatus is { } status)
            answer.ExitStatus = status > KilledBySignal ? status - KilledBySignal : status << 8;
        if (end.Error is { } error)
            answer.Message = error;
        return answer;
    }

    /// <summary>Answers with what a container writes: one that is started by the call ends with the answer.</summary>
    /// <exception cref="MesosRefusal">There is none, or it cannot be started.</exception>
    public async Task StreamAsync(HttpContext http, Call call, AgentPicture picture)
    {
        var (content, isRecordIo) = AcceptedBy(http.Request);
        var id = IdOf(call);
        var owns = call.Type == Kind.LaunchNestedContainerSession;
        if (owns && _containers.ContainsKey((picture.Agent.Id, Name(id))))
            throw MesosRefusal.BadRequest($"Container {Name(id)} exists already");
        var own = owns ? null : OwnOutputOf(http, id, picture);
        var nested = owns ? await LaunchAsync(http, id, call.LaunchNestedContainerSession.Command, call.LaunchNestedContainerSession.Container, picture)
            : own is null ? Find(http, id, picture) : null;
        var outputs = own is null ? nested!.AttachAsync(http.RequestAborted) : await OutputAsync(own, picture, http.RequestAborted);
        try
        {
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            http.Response.ContentType = isRecordIo ? RecordIoType : content.Name();
            if (isRecordIo)
                http.Response.Headers[MessageContentType] = content.Name();
            // A command may say nothing for long: that it runs is told at once.
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var output in outputs)
            {
                await http.Response.Body.WriteAsync(RecordIo.Encode(content.Encode(output)), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client has gone, or the agent: the answer ends so that a client sees it is not whole.
            http.Abort();
        }
        finally
        {
            if (owns)
                await nested!.DisposeAsync();
        }
    }

    /// <summary>Takes a stream of calls with input for a container.</summary>
    /// <exception cref="MesosRefusal">It is none, or there is no such container.</exception>
    public async Task TakeInputAsync(HttpContext http, AgentPicture picture)
    {
        var content = http.Request.Headers[MessageContentType].ToString() switch
        {
            "" => throw MesosRefusal.BadRequest($"Expecting '{MessageContentType}' to be set for streaming requests"),
            MesosContents.JsonType => MesosContent.Json,
            MesosContents.ProtobufType => MesosContent.Protobuf,
            _ => throw new MesosRefusal(StatusCodes.Status415UnsupportedMediaType, $"Expecting '{MessageContentType}' of {MesosContents.JsonType} or {MesosContents.ProtobufType}"),
        };
        // Who types says nothing for a long time.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var decoder = new RecordIoDecoder();
        var buffer = new byte[64 * 1024];
        NestedContainer? nested = null;
        var isOwn = false;
        try
        {
            for (var count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted); count > 0; count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted))
            {
                foreach (var record in decoder.Decode(buffer.AsSpan(0, count)))
                {
                    var attach = Parse(record, content).AttachContainerInput
                        ?? throw MesosRefusal.BadRequest("Failed to validate agent::Call: Expecting 'attach_container_input' to be present");
                    if (nested is null)
                    {
                        var id = attach.ContainerId ?? throw MesosRefusal.BadRequest("Expecting 'container_id' to be present in the first call");
                        isOwn = OwnOutputOf(http, id, picture) is not null;
                        nested = isOwn ? await AttachInputAsync(http, id, picture) : Find(http, id, picture);
                    }
                    else if (attach.ProcessIo is { } io)
                        await nested.TakeAsync(io, http.RequestAborted);
                }
            }
        }
        catch (FormatException problem)
        {
            throw MesosRefusal.BadRequest($"Failed to parse body into RecordIO: {problem.Message}");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return;
        }
        finally
        {
            if (isOwn && nested is not null)
                await nested.DisposeAsync();
        }
        if (nested is null)
            throw MesosRefusal.BadRequest("Received EOF while reading request body");
        http.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task<NestedContainer> LaunchAsync(HttpContext http, Wire.ContainerID id, Wire.CommandInfo? command, Wire.ContainerInfo? container, AgentPicture picture)
    {
        var task = Demand(http, id, picture);
        if (command is null)
            throw MesosRefusal.BadRequest("Failed to validate agent::Call: Expecting 'command' to be present");
        var size = container?.TtyInfo?.WindowSize;
        var channel = await ExecChannel.OpenAsync(grains, picture.Agent.Id, new ExecStart
        {
            TaskId = task,
            Command = TaskMapping.Command(command),
            Environment = (command.Environment?.Variables.AsEnumerable() ?? [])
                .Select(variable => KeyValuePair.Create(variable.Name, variable.Secret?.Value is { } secret ? secret.Data.ToStringUtf8() : variable.Value)).ToValueMap(),
            Tty = container?.TtyInfo is not null,
            Columns = size is { Columns: > 0 } ? (int)size.Columns : 80,
            Rows = size is { Rows: > 0 } ? (int)size.Rows : 24,
        }, time);
        var key = (picture.Agent.Id, Name(id));
        var nested = new NestedContainer(id, channel);
        if (!_containers.TryAdd(key, nested))
        {
            await nested.DisposeAsync();
            throw MesosRefusal.BadRequest($"Container {Name(id)} exists already");
        }
        nested.Begin(() => Remember(key));
        if (await nested.Started.WaitAsync(http.RequestAborted) is not { } failure)
            return nested;
        _containers.TryRemove(key, out _);
        await nested.DisposeAsync();
        throw failure.Unreachable
            ? new MesosRefusal(StatusCodes.Status503ServiceUnavailable, failure.Error!)
            : MesosRefusal.BadRequest($"Failed to launch container: {failure.Error}");
    }

    // How it ended is told for a while.
    private void Remember((string, string) key)
    {
        _ended.Enqueue(key);
        while (_ended.Count > MostEnded && _ended.TryDequeue(out var oldest))
        {
            if (_containers.TryGetValue(oldest, out var nested) && nested.Ended.IsCompleted)
                _containers.TryRemove(oldest, out _);
        }
    }

    // What a task itself reads: its terminal. As with Mesos, there is nothing to attach to without one.
    private async Task<NestedContainer> AttachInputAsync(HttpContext http, Wire.ContainerID id, AgentPicture picture)
    {
        var channel = await ExecChannel.OpenAsync(grains, picture.Agent.Id, new ExecStart { TaskId = Demand(http, id, picture), Command = new(), OwnInput = true }, time);
        var input = new NestedContainer(id, channel);
        input.Begin(static () => { });
        if (await input.Started.WaitAsync(http.RequestAborted) is not { } failure)
            return input;
        await input.DisposeAsync();
        throw failure.Unreachable
            ? new MesosRefusal(StatusCodes.Status503ServiceUnavailable, failure.Error!)
            : new MesosRefusal(StatusCodes.Status500InternalServerError, $"I/O switchboard server was disabled for this container: {failure.Error}");
    }

    private NestedContainer Find(HttpContext http, Wire.ContainerID id, AgentPicture picture)
    {
        Demand(http, id, picture);
        return _containers.TryGetValue((picture.Agent.Id, Name(id)), out var nested) ? nested : throw MesosRefusal.NotFound($"Container {Name(id)} cannot be found");
    }

    // The task in whose container it is: the innermost that is one. Those in a default executor's are tasks, which it is not.
    private static string Demand(HttpContext http, Wire.ContainerID id, AgentPicture picture)
    {
        var outermost = id;
        for (var one = id; one is not null; one = one.Parent)
        {
            outermost = one;
            if (picture.Tasks.Any(task => task.Place == one.Value) || picture.Executors.Any(executor => executor.Container == one.Value && executor.Own is not { TypeName: "DEFAULT" }))
            {
                http.Access().Demand(AccessAction.Update, TaskOwnership.ContainerOf(one.Value));
                return one.Value;
            }
        }
        if (StandaloneContainers.TaskOf(outermost.Value, picture) is not { } standalone)
            throw MesosRefusal.NotFound($"Container {outermost.Value} cannot be found");
        http.Access().Demand(AccessAction.Update, ResourceId.StandaloneContainers);
        return standalone;
    }

    // The sandbox of a task or a container that runs by itself, whose output is asked for; null: the id is of neither.
    private string? OwnOutputOf(HttpContext http, Wire.ContainerID id, AgentPicture picture)
    {
        if (_containers.ContainsKey((picture.Agent.Id, Name(id))))
            return null;
        var sandbox = picture.Tasks.FirstOrDefault(task => task.IsLive && task.Place == id.Value)?.Sandbox
            ?? picture.Executors.FirstOrDefault(executor => executor.IsLive && executor.Container == id.Value && executor.Own is not { TypeName: "DEFAULT" })?.Container
            ?? (id.Parent is null ? StandaloneContainers.TaskOf(id.Value, picture) : null);
        if (sandbox is not null)
            Demand(http, id, picture);
        return sandbox;
    }

    private async Task<IAsyncEnumerable<ProcessIO>> OutputAsync(string sandbox, AgentPicture picture, CancellationToken cancellation)
    {
        try
        {
            return (await TaskOutput.BeginAsync(grains.GetGrain<IAgentGrain>(picture.Agent.Id), sandbox)).ReadAllAsync(cancellation);
        }
        catch (IOException away)
        {
            throw new MesosRefusal(StatusCodes.Status503ServiceUnavailable, away.Message);
        }
    }

    // As Mesos writes ids of containers in containers.
    private static string Name(Wire.ContainerID id) => id.Parent is { } parent ? $"{Name(parent)}.{id.Value}" : id.Value;

    private static Wire.ContainerID IdOf(Call call) => call.Type switch
    {
        Kind.LaunchContainer => call.LaunchContainer.ContainerId,
        Kind.LaunchNestedContainer => call.LaunchNestedContainer.ContainerId,
        Kind.LaunchNestedContainerSession => call.LaunchNestedContainerSession.ContainerId,
        Kind.WaitContainer => call.WaitContainer.ContainerId,
        Kind.WaitNestedContainer => call.WaitNestedContainer.ContainerId,
        Kind.KillContainer => call.KillContainer.ContainerId,
        Kind.KillNestedContainer => call.KillNestedContainer.ContainerId,
        Kind.RemoveContainer => call.RemoveContainer.ContainerId,
        Kind.RemoveNestedContainer => call.RemoveNestedContainer.ContainerId,
        _ => call.AttachContainerOutput.ContainerId,
    };

    private static (MesosContent Content, bool IsRecordIo) AcceptedBy(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types) || !types.Any(type => type.MediaType.Equals(RecordIoType, StringComparison.OrdinalIgnoreCase)))
            return (MesosContents.Accepted(request) ?? throw MesosRefusal.NotAcceptable(), false);
        var isProtobuf = request.Headers[MessageAccept].ToString().Contains(MesosContents.ProtobufType, StringComparison.OrdinalIgnoreCase);
        return (isProtobuf ? MesosContent.Protobuf : MesosContent.Json, true);
    }

    private static Call Parse(byte[] record, MesosContent content)
    {
        try
        {
            return content == MesosContent.Json ? MesosJson.Parse<Call>(System.Text.Encoding.UTF8.GetString(record)) : Call.Parser.ParseFrom(record);
        }
        catch (Exception problem) when (problem is FormatException or InvalidProtocolBufferException)
        {
            throw MesosRefusal.BadRequest($"Failed to parse body into Call protobuf: {problem.Message}");
        }
    }
}
