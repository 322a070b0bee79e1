using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <content>Runs for files that appear on agents.</content>
public sealed partial class JobModel
{
    /// <summary>The variable with the path of the file that a run is for.</summary>
    public const string FileVariable = "PLATFORM_TRIGGER_FILE";

    /// <summary>Makes a run for each file, on the agent that has it. Files are never left out: those that come too fast, or while the job may not run, are not taken yet, and told again.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="files">What it tells, in the order of their numbers.</param>
    /// <param name="now">The instant.</param>
    /// <returns>Every file of the agent up to this number is taken.</returns>
    public long FilesAppeared(string agentId, ValueList<AppearedFile> files, DateTimeOffset now)
    {
        var taken = _head.Files.Find(agentId);
        foreach (var file in files)
        {
            if (file.Number <= taken)
                continue;
            if (_head is not { Removed: false, Paused: null, Spec: { Disabled: false } spec }
                || !spec.Triggers.Any(trigger => trigger.File is not null)
                || (spec.Concurrency == ConcurrencyPolicy.Forbid && _live.Count > 0)
                || FreeAt(spec, now) > now)
                break;
            Pace(spec, now);
            HeadChanged = true;
            taken = file.Number;
            _head.Files = _head.Files.With(agentId, taken);
            Begin(
                Draft(NewRunId(now), RunTrigger.File, now) with { AgentId = agentId, Environment = ValueMap.Create((FileVariable, file.Path)) },
                spec.Concurrency);
        }
        return taken;
    }
}
