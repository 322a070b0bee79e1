using Platform.Core.Tasks;

namespace Platform.Agent.Checks;

/// <summary>Looks at a task once.</summary>
internal interface ICheckProbe
{
    /// <summary>The outcome. Never throws but for the cancellation of the caller; a look that takes longer than the check's timeout has failed.</summary>
    Task<CheckOutcome> LookAsync(CheckSpec check, CheckTarget target, CancellationToken cancellation);
}
