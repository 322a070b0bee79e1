namespace Platform.Core.Registry;

/// <summary>How the control plane looks whether an instance from outside is there.</summary>
[GenerateSerializer, Immutable, Alias("Platform.InstanceCheck")]
public sealed record InstanceCheck
{
    /// <summary>True: <c>GET</c> of a path, which an answer of 200 to 399 passes. False: a TCP connection.</summary>
    [Id(0)] public bool IsHttp { get; init; }

    /// <summary>The port.</summary>
    [Id(1)] public int Port { get; init; }

    /// <summary>The path and query of an HTTP check. Default "/".</summary>
    [Id(2)] public string Path { get; init; } = "/";

    /// <summary>Time between the end of one look and the next. Seconds, default 10.</summary>
    [Id(3)] public double IntervalSeconds { get; init; } = 10;

    /// <summary>A look that takes longer has failed. Seconds, default 5.</summary>
    [Id(4)] public double TimeoutSeconds { get; init; } = 5;

    /// <summary>So many failures in a row, and it is not ready any more; one success, and it is again. Default 3.</summary>
    [Id(5)] public int Failures { get; init; } = 3;
}
