using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Core.Groups;

namespace Platform.Api.Marathon;

/// <summary>Sends changes through the gate and says refusals in Marathon's words.</summary>
internal sealed class ClusterWriter(ClusterReader reader)
{
    /// <summary>How often a change is made anew when somebody else changed the same apps meanwhile.</summary>
    private const int Attempts = 8;

    /// <summary>Makes the change.</summary>
    /// <exception cref="ApiException">It was refused.</exception>
    public async Task<ChangeResult> ChangeAsync(ChangeSet change)
    {
        await ChangeRights.DemandAsync(AccessScope.Current, change, reader);
        var result = await reader.Groups.ChangeAsync(change);
        return result.Outcome == ChangeOutcome.Accepted ? result : throw new ApiException(await RefusalAsync(change, result));
    }

    /// <summary>Makes a change that depends on what stands; it is made anew if that has changed before it came to the gate.</summary>
    /// <param name="make">Makes the change.</param>
    /// <param name="review">Looks at the first one before it is sent.</param>
    public async Task<ChangeResult> ChangeAsync(Func<Task<ChangeSet>> make, Func<ChangeSet, Task>? review = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var change = await make();
            await ChangeRights.DemandAsync(AccessScope.Current, change, reader);
            if (attempt == 1 && review is not null)
                await review(change);
            var result = await reader.Groups.ChangeAsync(change);
            if (result.Outcome == ChangeOutcome.Accepted)
                return result;
            if (!IsLostRace(change, result, attempt) || attempt == Attempts)
                throw new ApiException(await RefusalAsync(change, result));
        }
    }

    // The app was there (or not there) when the change was made, and the gate says the contrary.
    private static bool IsLostRace(ChangeSet change, ChangeResult result, int attempt) =>
        result.Outcome == ChangeOutcome.VersionConflict
        // Somebody else made it first: a PUT changes it then, a POST is refused by the second look.
        || result.Outcome == ChangeOutcome.Exists && attempt == 1
        || result.Outcome is ChangeOutcome.NotFound && change.Apps.Any(a => a.AppId == result.Subject && !string.IsNullOrEmpty(a.ExpectedVersion));

    private async Task<ErrorAnswer> RefusalAsync(ChangeSet change, ChangeResult result)
    {
        var subject = result.Subject ?? "";
        var isPod = change.Apps.Any(a => a.AppId == subject && a.IsPod);
        var isGroup = change.Groups.Any(g => g.Path == subject) && !change.Apps.Any(a => a.AppId == subject);
        switch (result.Outcome)
        {
            case ChangeOutcome.Locked:
                return ErrorAnswer.Conflict(
                    "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.") with
                {
                    Deployments = result.Conflicts,
                };
            case ChangeOutcome.Exists when isGroup:
                return ErrorAnswer.Conflict(await reader.FindAnyAsync(subject) is not { } standing
                    ? $"Group {subject} is already created. Use PUT to change this group."
                    : $"{(standing.Spec.Pod is null ? "An app" : "A pod")} with the path {subject} already exists.");
            case ChangeOutcome.Exists:
                return ErrorAnswer.Conflict($"{(isPod ? "A pod" : "An app")} with id [{subject}] already exists.");
            case ChangeOutcome.NotFound:
                return isGroup ? MarathonErrors.UnknownGroup(subject) : isPod ? MarathonErrors.UnknownPod(subject) : MarathonErrors.UnknownApp(subject);
            case ChangeOutcome.VersionConflict:
                return ErrorAnswer.Conflict($"{(isPod ? "Pod" : "App")} '{subject}' was changed by somebody else meanwhile: {string.Join("; ", (IEnumerable<string>)result.Problems)}.");
            case ChangeOutcome.TooManyDeployments:
                return new(StatusCodes.Status403Forbidden,
                    string.Join("; ", (IEnumerable<string>)result.Problems)
                    + ". Wait for existing deployments to complete or cancel one using force=true parameter. You can increase max deployment number by using --max-running-deployments parameter.");
            default:
                var problems = new JsonProblems();
                foreach (var problem in result.Problems)
                    problems.Rule("", problem);
                return ErrorAnswer.Invalid(problems);
        }
    }
}
