namespace Platform.Grains.Jobs;

/// <summary>Settings of jobs.</summary>
public sealed class JobOptions
{
    /// <summary>The server that takes mail: <c>smtp://user:password@host:25</c>, with TLS if it offers that, or <c>smtps://</c>. Null: mail waits. Default null.</summary>
    public Uri? SmtpUrl { get; set; }

    /// <summary>Whom mail comes from. Default <c>platform@localhost</c>.</summary>
    public string SmtpFrom { get; set; } = "platform@localhost";

    /// <summary>A receiver of notices that has not answered for so long has not taken it. Default 15 s.</summary>
    public TimeSpan NoticeTimeout { get; set; } = TimeSpan.FromSeconds(15);
}
