using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Core.Groups;

/// <summary>The answer to a change.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ChangeResult")]
public sealed record ChangeResult
{
    /// <summary>What became of it.</summary>
    [Id(0)] public ChangeOutcome Outcome { get; init; }

    /// <summary>The version that the change has; also the version of the definitions it put.</summary>
    [Id(1)] public string Version { get; init; } = "";

    /// <summary>The deployment's id.</summary>
    [Id(2)] public string DeploymentId { get; init; } = "";

    /// <summary>The deployments in the way.</summary>
    [Id(3)] public ValueList<string> Conflicts { get; init; }

    /// <summary>Every reason of a refusal.</summary>
    [Id(4)] public ValueList<string> Problems { get; init; }

    /// <summary>The steps, also of a dry run.</summary>
    [Id(5)] public DeploymentPlan? Plan { get; init; }

    /// <summary>The path of the app or group that a refusal is about, or null.</summary>
    [Id(6)] public string? Subject { get; init; }

    /// <summary>Of a dry run: the definitions, by app, with the service ports that they would get; those that need none are left out.</summary>
    [Id(7)] public ValueMap<AppSpec> Assigned { get; init; }
}
