namespace Platform.Core.Tasks;

/// <summary>How a check looks at a task.</summary>
[GenerateSerializer, Alias("Platform.CheckKind")]
public enum CheckKind
{
    /// <summary>GET; 200 to 399 is a success.</summary>
    Http,

    /// <summary>GET over TLS without verification of the certificate; 200 to 399 is a success.</summary>
    Https,

    /// <summary>A connection that can be opened is a success.</summary>
    Tcp,

    /// <summary>A command in the task's sandbox and environment; exit status 0 is a success.</summary>
    Command,
}
