using System.Runtime.CompilerServices;
using Google.Protobuf;
using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Frameworks;
using Platform.Core.Frameworks;

namespace Platform.Api.Mesos.State;

/// <summary>Frameworks and their tasks as readers see them.</summary>
internal sealed class FrameworkTasks
{
    private readonly ConditionalWeakTable<FrameworkStatus, PictureFramework> _frameworks = [];
    private readonly ConditionalWeakTable<FrameworkTaskState, PictureTask> _tasks = [];

    public PictureFramework Of(FrameworkStatus framework) => _frameworks.GetValue(framework, Make);

    private PictureFramework Make(FrameworkStatus status) => new()
    {
        Info = Wire.FrameworkInfo.Parser.ParseFrom(status.Spec.Definition),
        IsConnected = status.IsConnected,
        RegisteredAt = status.RegisteredAt,
        ReregisteredAt = status.ReregisteredAt,
        RemovedAt = status.RemovedAt,
        Offers = [.. status.Offers],
        Executors = [.. status.Executors.Select(executor => Make(status.Id, executor))],
        Operations = [.. status.Operations.Select(operation => Make(status.Id, operation))],
        Tasks = [.. status.Tasks.Select(task => _tasks.GetValue(task, known => Make(status.Id, known)))],
    };

    private static PictureExecutor Make(string frameworkId, FrameworkExecutor executor)
    {
        var info = Wire.ExecutorInfo.Parser.ParseFrom(executor.Spec.Executor!.Definition);
        info.FrameworkId = new() { Value = frameworkId };
        return new(executor.AgentId, executor.PlaceId, info, executor.Spec.Held);
    }

    private static Wire.Operation Make(string frameworkId, FrameworkOperationState operation)
    {
        var status = new Wire.OperationStatus
        {
            OperationId = new() { Value = operation.OperationId },
            State = Wire.OperationState.OperationFinished,
            AgentId = new() { Value = operation.AgentId },
            Uuid = StatusMapping.Uuid(operation.UpdateId),
        };
        return new()
        {
            FrameworkId = new() { Value = frameworkId },
            AgentId = new() { Value = operation.AgentId },
            Info = Wire.Offer.Types.Operation.Parser.ParseFrom(operation.Definition),
            LatestStatus = status,
            Statuses = { status },
            Uuid = status.Uuid,
        };
    }

    private static PictureTask Make(string frameworkId, FrameworkTaskState state)
    {
        var info = Wire.TaskInfo.Parser.ParseFrom(state.Definition);
        var task = new Wire.Task
        {
            Name = info.Name,
            TaskId = info.TaskId,
            FrameworkId = new() { Value = frameworkId },
            AgentId = new() { Value = state.AgentId },
            State = StatusMapping.ToWire(state.State),
            Labels = info.Labels,
            Discovery = info.Discovery,
            Container = info.Container,
            HealthCheck = info.HealthCheck,
            KillPolicy = info.KillPolicy,
        };
        if (state.ExecutorId.Length > 0)
            task.ExecutorId = new() { Value = state.ExecutorId };
        if (info.Command is { HasUser: true } command)
            task.User = command.User;
        foreach (var (name, limit) in info.Limits)
            task.Limits.Add(name, limit);
        if (!state.Statuses.IsEmpty)
        {
            task.StatusUpdateState = task.State;
            task.StatusUpdateUuid = ByteString.CopyFrom(Guid.ParseExact(state.Statuses[^1].Id, "N").ToByteArray(bigEndian: true));
        }
        task.Statuses.Add(state.Statuses.Select(StatusMapping.ToWire));
        ResourceMapping.Write(state.Resources.AllocateTo(state.Role), task.Resources);
        return new(task, state.State, state.Resources, state.Role) { Sandbox = state.RunsIn ?? state.PlaceId, IsInExecutor = state.RunsIn is not null, Place = state.PlaceId };
    }
}
