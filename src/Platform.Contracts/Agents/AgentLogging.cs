namespace Platform.Contracts.Agents;

/// <summary>How much an agent logs for some time, in Mesos' levels.</summary>
/// <param name="Level">0: as it was started, 1: more, 2 and greater: everything.</param>
/// <param name="Seconds">For so long; then the level is 0 again.</param>
[GenerateSerializer, Immutable, Alias("Platform.AgentLogging")]
public sealed record AgentLogging([property: Id(0)] uint Level, [property: Id(1)] double Seconds)
{
    /// <summary>The longest that it is set for: 49 days, seconds. No timer is set for longer.</summary>
    public const double LongestSeconds = 49 * 86_400;
}
