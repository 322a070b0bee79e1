using Microsoft.Extensions.Logging;
using Platform.Api.Logging;
using Platform.Contracts.Agents;

namespace Platform.Api.Mesos;

/// <summary>Mesos' levels of logging, for this silo: 0 is as it was started, 1 tells more, 2 and more everything.</summary>
internal sealed class MesosLogging(LogLevels levels, TimeProvider time)
{
    private readonly Lock _lock = new();
    private uint _level;
    private DateTimeOffset _until = DateTimeOffset.MaxValue;

    /// <summary>The level in effect.</summary>
    public uint Level
    {
        get
        {
            lock (_lock)
                return time.GetUtcNow() < _until ? _level : 0;
        }
    }

    /// <summary>Sets the level for some time, after which it is 0 again.</summary>
    public void Set(uint level, TimeSpan duration)
    {
        var longest = TimeSpan.FromSeconds(AgentLogging.LongestSeconds);
        duration = duration < longest ? duration : longest;
        lock (_lock)
        {
            (_level, _until) = (level, time.GetUtcNow() + duration);
            if (level == 0 || duration <= TimeSpan.Zero)
                levels.Reset(LogLevels.Ours);
            else
                levels.Set(LogLevels.Ours, level == 1 ? LogLevel.Debug : LogLevel.Trace, duration, time);
        }
    }
}
