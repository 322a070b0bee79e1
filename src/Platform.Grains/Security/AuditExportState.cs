namespace Platform.Grains.Security;

/// <summary>How far the audit log was told to a syslog.</summary>
[GenerateSerializer, Alias("Platform.AuditExportState")]
public sealed class AuditExportState
{
    /// <summary>The number of the last line that was told; null: none was ever to be told.</summary>
    [Id(0)]
    public long? Told { get; set; }
}
