using Microsoft.Extensions.Logging;
using Platform.Agent.Containerizers;
using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <content>How a task is brought to run, and what goes on beside it until it ends.</content>
internal sealed partial class AgentTask
{
    private async Task<TaskUpdate> RunToEndAsync()
    {
        if (_record.BootId != _services.Work.BootId)
            return Next() with { State = TaskState.Lost, Reason = TaskReasons.AgentRestarted, Message = "The machine was restarted" };
        if (Spec.RunsIn is not null)
            return await RunInExecutorAsync().ConfigureAwait(false);
        if (Spec.Executor is { IsDefault: true })
            return await HoldAsync().ConfigureAwait(false);
        var containerizer = _services.Containerizers.Find(Spec)
            ?? throw new TaskStartException(TaskReasons.LaunchFailed, $"This agent does not offer the {ContainerizerTable.NameFor(Spec)} containerizer any more");
        var spec = Spec.Executor is null ? Spec : await _services.Executors.EquipAsync(Spec, _services.Stopping).ConfigureAwait(false);
        var request = new ContainerRequest(spec, _file, _sandbox) { Group = _group?.Members ?? [Spec] };
        _services.Identities.Begin(Spec, OwnsAsync);
        _container = await containerizer.RecoverAsync(request, _services.Stopping).ConfigureAwait(false);
        if (_container is null)
        {
            if (_kill is not null)
                throw new OperationCanceledException();
            using var preparing = CancellationTokenSource.CreateLinkedTokenSource(_stopPreparing.Token, _services.Stopping);
            await _services.Identities.FirstAsync(Spec, preparing.Token).ConfigureAwait(false);
            _container = await StartAsync(containerizer, request, preparing.Token).ConfigureAwait(false);
        }
        if (await _container.Started.WaitAsync(_services.Stopping).ConfigureAwait(false) is { } running)
        {
            _runs = true;
            _found.TrySetResult();
            await AccompanyAsync(_container, running).ConfigureAwait(false);
        }
        var end = await _container.Ended.WaitAsync(_services.Stopping).ConfigureAwait(false);
        await _container.DestroyAsync().ConfigureAwait(false);
        var limit = Spec.MemoryLimit ?? Spec.Resources.Scalar(ResourceNames.Mem);
        var last = TaskEnd.Describe(Next(), end, _kill, limit);
        if (Spec.OutputFile is { } output)
            last = last with { Output = Sandboxes.SandboxFiles.Head(_sandbox, output, Core.Jobs.RunOutput.Longest) };
        return last.State == TaskState.Failed ? last with { StderrTail = Sandboxes.SandboxFiles.Tail(_sandbox, "stderr") } : last;
    }

    private async Task<IContainer> StartAsync(IContainerizer containerizer, ContainerRequest request, CancellationToken cancellation)
    {
        await _services.StartGate.WaitAsync(cancellation).ConfigureAwait(false);
        var holds = true;
        try
        {
            request = await PinAsync(request).ConfigureAwait(false);
            containerizer.Prepare(request);
            if (!Spec.Fetch.IsEmpty)
            {
                Progress("Fetching");
                await _services.Fetcher.FetchAsync(Spec.Fetch, _sandbox, _services.FetchBudgetOf(Spec), cancellation).ConfigureAwait(false);
            }
            cancellation.ThrowIfCancellationRequested();
            if (containerizer.ProvisionAsync(request, Progress, FoundImage, cancellation) is { } provision)
            {
                // An image may take minutes, in which others shall not wait.
                _services.StartGate.Release();
                holds = false;
                await provision.ConfigureAwait(false);
                request = await PinAsync(request).ConfigureAwait(false);
                await _services.StartGate.WaitAsync(cancellation).ConfigureAwait(false);
                holds = true;
            }
            // Bringing its files or its image may have taken long.
            if (!containerizer.HoldsPorts(Spec) && TaskPorts.Obstacle(Spec) is { } obstacle)
                throw new TaskStartException(TaskReasons.PortInUse, obstacle);
            return await containerizer.StartAsync(request, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (holds)
                _services.StartGate.Release();
        }
    }

    private void Progress(string message) => Publish(u => u with { State = TaskState.Starting, Message = message });

    /// <summary>While it runs: reports that it does, checks it, watches its time, and carries out a kill.</summary>
    private async Task AccompanyAsync(IContainer container, RunningContainer running)
    {
        var known = Status is { State: TaskState.Running or TaskState.Killing } status && status.ProcessId == running.ProcessId;
        _addressesOfItsOwn = running.Addresses;
        if (!running.Addresses.IsEmpty)
            _addresses = running.Addresses;
        if (!known)
            Publish(u => u with { State = TaskState.Running, ProcessId = running.ProcessId, Image = running.Image ?? u.Image });
        else
            _services.Logger.LogInformation("Task {TaskId} is taken back, it runs as process {Pid}", Spec.TaskId, running.ProcessId);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_services.Stopping);
        var ended = container.Ended.WaitAsync(_services.Stopping);
        var checks = Spec.Checks.IsEmpty ? Task.CompletedTask : RunChecksAsync(container, stop.Token);
        using var limit = LimitTime();
        using var registration = LimitRegistration(known);
        if (_kill is { } earlier)
        {
            // Ordered before the agent was restarted: the rest of the grace is what is left of it.
            var left = earlier.At.AddSeconds(earlier.GraceSeconds) - _services.Time.GetUtcNow();
            _killDeadline.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            _killOrdered.TrySetResult();
        }
        if (await Task.WhenAny(ended, _killOrdered.Task).ConfigureAwait(false) != ended)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await KillAsync(container).ConfigureAwait(false);
        }
        await ended.ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await checks.ConfigureAwait(false);
    }
}
