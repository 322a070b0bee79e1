using Platform.Core.Apps;
using Platform.Core.Deployments;

namespace Platform.Core.Groups;

/// <summary>One app's record before and after a change.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Before">Null: it is new.</param>
/// <param name="After">Null: it is removed.</param>
/// <param name="Restart">All its instances are to be looked at again, although the definitions may be the same.</param>
/// <param name="Hints">The change that asked for it; null: a revert.</param>
/// <param name="Scale">The number of instances is to be looked at again, although the definitions may be the same.</param>
public sealed record AppTransition(string AppId, AppVersion? Before, AppVersion? After, bool Restart, AppChange? Hints, bool Scale = false)
{
    /// <summary>What it comes to for a deployment.</summary>
    public AppDifference Difference { get; } = new(
        AppId, Before?.Spec, After?.Spec, Restart, Scale || (Before != After && Hints?.KillFirst.IsEmpty == false));
}
