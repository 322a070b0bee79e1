namespace Platform.Core.Security;

/// <summary>What became of a change, and why.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">In a sentence; empty when it is done.</param>
[GenerateSerializer, Immutable, Alias("Platform.SecurityResult")]
public sealed record SecurityResult([property: Id(0)] SecurityOutcome Outcome, [property: Id(1)] string Message = "")
{
    /// <summary>It is done.</summary>
    public static SecurityResult Done { get; } = new(SecurityOutcome.Done);

    internal static SecurityResult Exists(string message) => new(SecurityOutcome.Exists, message);

    internal static SecurityResult NotFound(string message) => new(SecurityOutcome.NotFound, message);

    internal static SecurityResult Invalid(string message) => new(SecurityOutcome.Invalid, message);
}
