namespace Platform.Contracts.Recovery;

/// <summary>Asks again beside a question whose answer does not come: either message may have been lost, and the runtime tells only after its time-out of 30 s.</summary>
/// <remarks>
/// For calls that may arrive twice, and late. The first question still counts when it is only slow, so that a crowd of slow ones does not begin
/// anew again and again; and each time the next one has twice as long, so that it does not grow much either.
/// </remarks>
public static class PatientCall
{
    /// <summary>How long an answer is waited for before it is asked again. 2 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The first answer, or the first failure.</summary>
    /// <param name="ask">Asks once.</param>
    /// <param name="matters">False once it need not be asked again.</param>
    /// <param name="time">The clock.</param>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask, Func<bool> matters, TimeProvider time) => await await FirstAsync(ask, matters, time);

    /// <summary>Done with the first answer; fails with the first failure.</summary>
    /// <param name="ask">Asks once.</param>
    /// <param name="matters">False once it need not be asked again.</param>
    /// <param name="time">The clock.</param>
    public static async Task AskAsync(Func<Task> ask, Func<bool> matters, TimeProvider time) => await await FirstAsync(ask, matters, time);

    /// <summary>Waits for an answer, but no longer than this; whether it has come, be it a failure.</summary>
    public static async Task<bool> IsAnsweredAsync(Task call, TimeSpan patience, TimeProvider time)
    {
        if (!call.IsCompleted)
            await call.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return call.IsCompleted;
    }

    private static async Task<TTask> FirstAsync<TTask>(Func<TTask> ask, Func<bool> matters, TimeProvider time)
        where TTask : Task
    {
        var first = ask();
        if (await IsAnsweredAsync(first, Patience, time))
            return first;
        var asked = new List<Task> { first };
        first.Ignore();
        for (var patience = 2 * Patience; ; patience *= 2)
        {
            if (matters())
            {
                var again = ask();
                again.Ignore();
                asked.Add(again);
            }
            var any = Task.WhenAny(asked);
            if (await IsAnsweredAsync(any, patience, time))
                return (TTask)await any;
        }
    }
}
