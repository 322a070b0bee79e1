using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>What is written down of a task before it is started.</summary>
internal sealed record TaskRecord
{
    /// <summary>The task.</summary>
    public required TaskSpec Spec { get; init; }

    /// <summary>When it arrived.</summary>
    public DateTimeOffset AcceptedAt { get; init; }

    /// <summary>The machine's run in which it was started.</summary>
    public string BootId { get; init; } = "";
}
