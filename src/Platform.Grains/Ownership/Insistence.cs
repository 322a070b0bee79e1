namespace Platform.Grains.Ownership;

/// <summary>Tells a grain something that nobody waits for, and that must not be lost.</summary>
public static class Insistence
{
    /// <summary>How soon something is told again that was not heard. 1 s.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Tells it until it was heard or does not matter any more. To be ignored, not awaited: nobody waits for a grain above.</summary>
    /// <param name="tell">Tells it once.</param>
    /// <param name="matters">False once it need not be told any more; asked before each time.</param>
    /// <param name="time">The clock.</param>
    public static async Task UntilHeardAsync(Func<Task> tell, Func<bool> matters, TimeProvider time)
    {
        while (matters())
        {
            try
            {
                await tell();
                return;
            }
            catch (Exception)
            {
                // Why is in the log of who did not hear it; here it counts that it was not heard.
            }
            await Task.Delay(Pause, time);
        }
    }
}
