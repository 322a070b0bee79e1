using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Recovery;

namespace Platform.Grains.Ownership;

/// <summary>Tells a grain something that nobody waits for, and that must not be lost.</summary>
public static partial class Insistence
{
    /// <summary>How soon something is told again that was not heard. 1 s. What is not answered at all is told again as <see cref="PatientCall"/> says.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Tells it until it was heard or does not matter any more. To be ignored, not awaited: nobody waits for a grain above.</summary>
    /// <param name="tell">Tells it once. It may be told again before it was answered: it says what is true each time, and may arrive twice, and late.</param>
    /// <param name="matters">False once it need not be told any more; asked before each time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears why it was not heard, after 2, 4, 8, 16 ... times: once is what happens whenever somebody moves.</param>
    /// <param name="what">What is told; left to the compiler.</param>
    public static async Task UntilHeardAsync(
        Func<Task> tell, Func<bool> matters, TimeProvider time, ILogger logger, [CallerArgumentExpression(nameof(tell))] string what = "")
    {
        for (var times = 1u; matters(); times++)
        {
            try
            {
                await PatientCall.AskAsync(tell, matters, time);
                return;
            }
            catch (Exception failure)
            {
                if (times > 1 && BitOperations.IsPow2(times))
                    logger.NotHeard(failure, what, times);
            }
            await Task.Delay(Pause, time);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Not heard after {Times} times, and told again: {What}")]
    private static partial void NotHeard(this ILogger logger, Exception failure, string what, uint times);
}
