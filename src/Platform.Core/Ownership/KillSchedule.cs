using Platform.Core.Tasks;

namespace Platform.Core.Ownership;

/// <summary>Which kills are to be sent: those that were not sent, and those that had no effect for too long.</summary>
public static class KillSchedule
{
    /// <summary>Finds the kills that are due.</summary>
    /// <remarks>
    /// A task whose launch is on its way is killed when it is known where it went. One that is out of reach is killed when its agent is back:
    /// its agent's grain would only keep the order.
    /// </remarks>
    /// <param name="doomed">The tasks that shall end.</param>
    /// <param name="patience">How long a kill may be without effect: the task's grace and some time for the way.</param>
    /// <param name="now">The instant.</param>
    /// <param name="due">Receives those that are due.</param>
    /// <param name="heldUntil">Until when a task is left alone although it has to end; null, or a null answer: it is not.</param>
    /// <returns>When one that was sent before or is held is due again; null: none is waited for.</returns>
    public static DateTimeOffset? Due<TTask>(
        IEnumerable<OwnedTask<TTask>> doomed, Func<TTask, TimeSpan> patience, DateTimeOffset now, ICollection<OwnedTask<TTask>> due, Func<TTask, DateTimeOffset?>? heldUntil = null)
        where TTask : class, IOwnedTask<TTask>
    {
        DateTimeOffset? next = null;
        foreach (var task in doomed)
        {
            if (task.State.State == TaskState.Unreachable || task.LaunchEpoch == OwnedTask<TTask>.Launching)
                continue;
            var again = now + patience(task.State);
            if (task.KillSentAt is { } sent && now < sent + patience(task.State))
                again = sent + patience(task.State);
            else if (task.KillSentAt is null && heldUntil?.Invoke(task.State) is { } held)
                again = held;
            else
                due.Add(task);
            if (next is null || again < next)
                next = again;
        }
        return next;
    }
}
