using Microsoft.Extensions.Logging;
using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Hosting;

/// <summary>What the runtime tells the operators.</summary>
internal sealed partial class RuntimeLog(ILogger<RuntimeLog> logger)
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Grain runtime started: {Classes} grain classes, data in {Directory}")]
    public partial void Started(int classes, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "Grain runtime stopped: {Activations} activations ended in order, {Left} were given up")]
    public partial void Stopped(int activations, int left);

    [LoggerMessage(Level = LogLevel.Warning, Message = "One-way call {Method} of grain {Grain} failed")]
    public partial void OneWayCallFailed(GrainId grain, GrainMethod method, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Grain {Grain} could not be activated")]
    public partial void ActivationFailed(GrainId grain, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Grain {Grain} failed while it was deactivated")]
    public partial void DeactivationFailed(GrainId grain, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "A timer of grain {Grain} failed; it ticks on")]
    public partial void TimerFailed(GrainId grain, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reminder {Reminder} of grain {Grain} failed; its next tick comes at its time")]
    public partial void ReminderFailed(GrainId grain, string reminder, Exception failure);
}
