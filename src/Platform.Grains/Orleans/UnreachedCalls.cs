namespace Platform.Grains.Orleans;

/// <summary>Tells callers of all calls that did not get through to a grain in the same way, with the one exception that both lanes have.</summary>
internal sealed class UnreachedCalls : IOutgoingGrainCallFilter
{
    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (OrleansMessageRejectionException rejection) when (rejection is not SiloUnavailableException)
        {
            throw new SiloUnavailableException(rejection.Message, rejection);
        }
    }
}
