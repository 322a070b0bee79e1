using Polly;
using Polly.Retry;

namespace Platform.Client.Http;

/// <summary>Asks one address after another, beginning with the one that answered last, and all of them again after a pause.</summary>
/// <remarks>The pause is 200 ms after the first round, twice as long after each further one, and at most 5 s.</remarks>
internal sealed class Turns
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly ResiliencePropertyKey<Func<bool>> IsRepeatable = new("platform.repeatable");
    private static readonly ResiliencePropertyKey<int> Asked = new("platform.asked");

    private readonly AddressRing addresses;
    private readonly ResiliencePipeline pipeline;

    /// <param name="addresses">Whom to ask.</param>
    /// <param name="retries">How often all of them are asked again.</param>
    /// <param name="time">The clock of the pauses.</param>
    internal Turns(AddressRing addresses, int retries, TimeProvider time)
    {
        this.addresses = addresses;
        var again = (addresses.Count * (1L + retries)) - 1;
        pipeline = again == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = (int)Math.Min(again, int.MaxValue),
                ShouldHandle = failed => ValueTask.FromResult(MayAskAgain(failed.Outcome.Exception, failed.Context)),
                DelayGenerator = failed => ValueTask.FromResult<TimeSpan?>(PauseAfter(failed.AttemptNumber + 1)),
                OnRetry = failed =>
                {
                    addresses.Leave(failed.Context.Properties.GetValue(Asked, 0));
                    return default;
                },
            })
            .Build();
    }

    /// <summary>The first answer that is one.</summary>
    /// <param name="ask">Asks one of them; <see cref="PlatformError.Unavailable"/>: it does not answer.</param>
    /// <param name="isRepeatable">Whether asking twice does no harm. Otherwise only what did not reach anybody is asked again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<T> AskAsync<T>(Func<Uri, Task<T>> ask, Func<bool> isRepeatable, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(IsRepeatable, isRepeatable);
            return await pipeline.ExecuteAsync(
                static async (context, call) =>
                {
                    var place = call.addresses.Place;
                    context.Properties.Set(Asked, place);
                    return await call.ask(call.addresses.At(place)).ConfigureAwait(false);
                },
                context,
                (addresses, ask)).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool MayAskAgain(Exception? exception, ResilienceContext context) =>
        exception is PlatformException { Error: PlatformError.Unavailable }
        && (context.Properties.GetValue(IsRepeatable, static () => false)() || WasNotSent(exception));

    private TimeSpan PauseAfter(int tried)
    {
        if (tried % addresses.Count > 0)
            return TimeSpan.Zero;
        var rounds = Math.Min(tried / addresses.Count, 16);
        var pause = FirstPause * (1 << (rounds - 1));
        return pause < LongestPause ? pause : LongestPause;
    }

    // There was no connection that anything could have gone through.
    private static bool WasNotSent(Exception? exception) => exception switch
    {
        null => false,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } => true,
        _ => WasNotSent(exception.InnerException),
    };
}
