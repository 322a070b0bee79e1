using Platform.Core.Security;

namespace Platform.Grains.Security;

/// <summary>Settings of the audit log.</summary>
public sealed class AuditOptions
{
    /// <summary>The syslog that each line is told to as well; null: none.</summary>
    public SyslogTarget? Syslog { get; set; }

    /// <summary>Certificates in PEM of the authorities that may vouch for it, with TLS; null: those of the system.</summary>
    public string? SyslogAuthorities { get; set; }
}
