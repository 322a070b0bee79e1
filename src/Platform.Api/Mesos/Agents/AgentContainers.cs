using System.Collections.Concurrent;
using System.Threading.Channels;
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
/// Containers inside those of tasks, by the calls of agents' operators: commands beside tasks, in all that the tasks have. They are held by the silo
/// that was asked for them, which alone knows them, and end with it.
/// </summary>
internal sealed class AgentContainers(IGrainFactory grains, TimeProvider time)
{
    private const string RecordIoType = "application/recordio";
    private const string MessageAccept = "Message-Accept";
    private const string MessageContentType = "Message-Content-Type";
    private const int KilledBySignal = 128;
    private const int SigKill = 9;
    private const int MostEnded = 1_000;

    private readonly ConcurrentDictionary<(string AgentId, string Container), Nested> _containers = new();
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
        var id = IdOf(call);
        var launches = call.Type is Kind.LaunchContainer or Kind.LaunchNestedContainer or Kind.LaunchNestedContainerSession;
        return launches && (id.Value.Length == 0 || id.Value.Any(c => char.IsControl(c) || c is '/' or '.')) ? $"'{name}.container_id' is invalid"
            : call.Type is Kind.LaunchNestedContainer or Kind.LaunchNestedContainerSession && id.Parent is null ? $"Expecting '{name}.container_id.parent' to be present"
            : null;
    }

    /// <summary>Those in a container that have not ended.</summary>
    public IEnumerable<Wire.ContainerID> In(string agentId, string container) => _containers
        .Where(one => one.Key.AgentId == agentId && one.Key.Container.StartsWith(container + ".", StringComparison.Ordinal) && !one.Value.Ended.IsCompleted)
        .Select(one => one.Value.Id);

    /// <summary>Starts, signals or removes a container, and tells the status to answer with.</summary>
    /// <exception cref="MesosRefusal">It cannot be done.</exception>
    public async Task<int> ChangeAsync(HttpContext http, Call call, AgentPicture picture)
    {
        var id = IdOf(call);
        switch (call.Type)
        {
            case Kind.LaunchContainer or Kind.LaunchNestedContainer:
                if (id.Parent is null)
                    throw new MesosRefusal(StatusCodes.Status501NotImplemented, "Standalone containers are not run here: what an agent has is used by tasks");
                var (command, container) = call.Type == Kind.LaunchContainer
                    ? (call.LaunchContainer.Command, call.LaunchContainer.Container) : (call.LaunchNestedContainer.Command, call.LaunchNestedContainer.Container);
                if (_containers.ContainsKey((picture.Agent.Id, Name(id))))
                    return StatusCodes.Status202Accepted;
                await LaunchAsync(http, id, command, container, picture);
                return StatusCodes.Status200OK;
            case Kind.KillContainer or Kind.KillNestedContainer:
                await Find(http, id, picture).SignalAsync(call.KillContainer is { HasSignal: true } kill ? kill.Signal : call.KillNestedContainer is { HasSignal: true } nested ? nested.Signal : SigKill);
                return StatusCodes.Status200OK;
            default:
                if (_containers.TryGetValue((picture.Agent.Id, Name(id)), out var there) && Find(http, id, picture) is { Ended.IsCompleted: false })
                    throw new MesosRefusal(StatusCodes.Status500InternalServerError, $"Container {Name(id)} has not terminated yet");
                if (there is not null)
                    _containers.TryRemove((picture.Agent.Id, Name(id)), out _);
                return StatusCodes.Status200OK;
        }
    }

    /// <summary>Waits for the end of a container.</summary>
    /// <exception cref="MesosRefusal">404: there is none.</exception>
    public async Task<Response.Types.WaitContainer> WaitAsync(HttpContext http, Wire.ContainerID id, AgentPicture picture)
    {
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
        var nested = owns
            ? await LaunchAsync(http, id, call.LaunchNestedContainerSession.Command, call.LaunchNestedContainerSession.Container, picture)
            : Find(http, id, picture);
        try
        {
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            http.Response.ContentType = isRecordIo ? RecordIoType : content.Name();
            if (isRecordIo)
                http.Response.Headers[MessageContentType] = content.Name();
            // A command may say nothing for long: that it runs is told at once.
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var output in nested.AttachAsync(http.RequestAborted))
            {
                await http.Response.Body.WriteAsync(RecordIo.Encode(content.Encode(output)), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client has gone.
        }
        finally
        {
            if (owns)
                await nested.DisposeAsync();
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
        Nested? nested = null;
        try
        {
            for (var count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted); count > 0; count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted))
            {
                foreach (var record in decoder.Decode(buffer.AsSpan(0, count)))
                {
                    var attach = Parse(record, content).AttachContainerInput
                        ?? throw MesosRefusal.BadRequest("Failed to validate agent::Call: Expecting 'attach_container_input' to be present");
                    if (nested is null)
                        nested = Find(http, attach.ContainerId ?? throw MesosRefusal.BadRequest("Expecting 'container_id' to be present in the first call"), picture);
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
        if (nested is null)
            throw MesosRefusal.BadRequest("Received EOF while reading request body");
        http.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task<Nested> LaunchAsync(HttpContext http, Wire.ContainerID id, Wire.CommandInfo? command, Wire.ContainerInfo? container, AgentPicture picture)
    {
        var task = TaskOf(id, picture);
        http.Access().Demand(AccessAction.Update, TaskOwnership.ContainerOf(task));
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
        var nested = new Nested(id, channel);
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

    private Nested Find(HttpContext http, Wire.ContainerID id, AgentPicture picture)
    {
        var task = TaskOf(id, picture);
        http.Access().Demand(AccessAction.Update, TaskOwnership.ContainerOf(task));
        return _containers.TryGetValue((picture.Agent.Id, Name(id)), out var nested) ? nested : throw MesosRefusal.NotFound($"Container {Name(id)} cannot be found");
    }

    // The task in whose container it is: the innermost that is one. Those in a default executor's are tasks, which it is not.
    private static string TaskOf(Wire.ContainerID id, AgentPicture picture)
    {
        var outermost = id;
        for (var one = id; one is not null; one = one.Parent)
        {
            outermost = one;
            if (picture.Tasks.Any(task => task.Place == one.Value) || picture.Executors.Any(executor => executor.Container == one.Value && executor.Own is not { TypeName: "DEFAULT" }))
                return one.Value;
        }
        throw MesosRefusal.NotFound($"Container {outermost.Value} cannot be found");
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

    /// <summary>One command beside a task.</summary>
    private sealed class Nested(Wire.ContainerID id, ExecChannel channel) : IAsyncDisposable
    {
        private readonly TaskCompletionSource<ExecOutput?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<ExecOutput> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _stop = new();

        // So much is kept for who attaches; a command that writes more waits, as if it wrote into a pipe.
        private readonly Channel<ProcessIO> _outputs = Channel.CreateBounded<ProcessIO>(64);

        /// <summary>What it is called, with the containers that it is in.</summary>
        public Wire.ContainerID Id => id;

        /// <summary>Null: it runs; else why it does not.</summary>
        public Task<ExecOutput?> Started => _started.Task;

        /// <summary>How it ended.</summary>
        public Task<ExecOutput> Ended => _ended.Task;

        public void Begin(Action ended) => _ = PumpAsync(ended);

        public IAsyncEnumerable<ProcessIO> AttachAsync(CancellationToken cancellation) => _outputs.Reader.ReadAllAsync(cancellation);

        public Task SignalAsync(int signal) => _ended.Task.IsCompleted ? Task.CompletedTask : channel.SignalAsync(signal);

        public async Task TakeAsync(ProcessIO io, CancellationToken cancellation)
        {
            if (io.Data is { Type: ProcessIO.Types.Data.Types.Type.Stdin } data)
            {
                // Nothing is the end, as Mesos has it.
                if (data.Data_.IsEmpty)
                    await channel.EndInputAsync();
                else
                    await channel.WriteAsync(data.Data_.Memory, cancellation);
            }
            if (io.Control?.TtyInfo?.WindowSize is { Columns: > 0, Rows: > 0 } size)
                await channel.ResizeAsync((int)size.Columns, (int)size.Rows);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await channel.DisposeAsync();
            _ended.TrySetResult(new() { Id = "", Error = "It was ended with the request that started it" });
        }

        private async Task PumpAsync(Action ended)
        {
            var last = new ExecOutput { Id = "", Error = "What became of it is not known" };
            try
            {
                await foreach (var output in channel.ReadAllAsync(_stop.Token))
                {
                    if (output.Started)
                        _started.TrySetResult(null);
                    if (output.Bytes.Length > 0)
                    {
                        await _outputs.Writer.WriteAsync(new()
                        {
                            Type = ProcessIO.Types.Type.Data,
                            Data = new()
                            {
                                Type = output.IsError ? ProcessIO.Types.Data.Types.Type.Stderr : ProcessIO.Types.Data.Types.Type.Stdout,
                                Data_ = ByteString.CopyFrom(output.Bytes),
                            },
                        }, _stop.Token);
                    }
                    if (output.IsLast)
                        last = output;
                }
            }
            catch (OperationCanceledException)
            {
                // Nobody waits for it any more.
            }
            _started.TrySetResult(last.Error is null ? null : last);
            _ended.TrySetResult(last);
            _outputs.Writer.TryComplete();
            ended();
        }
    }
}
