namespace Platform.Grains.Security;

/// <summary>A line of the audit log.</summary>
/// <param name="Text">The line.</param>
[GenerateSerializer, Immutable, Alias("Platform.AuditLine")]
public sealed record AuditLine([property: Id(0)] string Text);
