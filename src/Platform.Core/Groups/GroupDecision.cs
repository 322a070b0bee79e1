using Platform.Core.Deployments;

namespace Platform.Core.Groups;

/// <summary>What a change would do, before anything is done.</summary>
public sealed record GroupDecision
{
    /// <summary>The answer.</summary>
    public required ChangeResult Result { get; init; }

    /// <summary>The apps that differ.</summary>
    public IReadOnlyList<AppTransition> Apps { get; init; } = [];

    /// <summary>The groups that differ; null: removed.</summary>
    public IReadOnlyDictionary<string, GroupNode?> Groups { get; init; } = new Dictionary<string, GroupNode?>();

    /// <summary>Deployments that must give way.</summary>
    public IReadOnlyList<string> Canceled { get; init; } = [];

    /// <summary>The deployment to run; null: there is nothing to do.</summary>
    public DeploymentStart? Start { get; init; }

    /// <summary>Deployments by id that carry on with the apps which those that give way held and this change leaves alone.</summary>
    public IReadOnlyDictionary<string, DeploymentStart> Continued { get; init; } = new Dictionary<string, DeploymentStart>();

    /// <summary>All deployments to run, by id.</summary>
    public IEnumerable<KeyValuePair<string, DeploymentStart>> Starts =>
        Start is null ? Continued : Continued.Prepend(KeyValuePair.Create(Result.DeploymentId, Start));

    /// <summary>It may be taken into the tree.</summary>
    public bool Accepted => Result.Outcome == ChangeOutcome.Accepted;

    /// <summary>A refusal, with all its reasons.</summary>
    /// <param name="outcome">Its kind.</param>
    /// <param name="subject">The path of the app or group that it is about, or null.</param>
    /// <param name="problems">What is wrong, each a sentence.</param>
    public static GroupDecision Refuse(ChangeOutcome outcome, string? subject, params IEnumerable<string> problems) =>
        new() { Result = new() { Outcome = outcome, Subject = subject, Problems = [.. problems] } };
}
