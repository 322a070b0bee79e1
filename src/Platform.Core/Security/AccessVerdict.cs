namespace Platform.Core.Security;

/// <summary>What was decided of a request.</summary>
/// <param name="IsAllowed">It may go on.</param>
/// <param name="MustLogIn">It was refused because nobody has logged in.</param>
/// <param name="Reason">Why, in a sentence for people: the permission that allows it, or the one that is missing.</param>
public sealed record AccessVerdict(bool IsAllowed, bool MustLogIn, string Reason);
