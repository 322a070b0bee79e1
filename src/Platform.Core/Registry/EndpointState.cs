namespace Platform.Core.Registry;

/// <summary>Whether an endpoint is to be given work.</summary>
[GenerateSerializer, Alias("Platform.EndpointState")]
public enum EndpointState
{
    /// <summary>It runs, but is not healthy or not ready yet: nobody is sent to it.</summary>
    Waiting,

    /// <summary>It runs, its health checks (if any) say so, and it is ready.</summary>
    Ready,

    /// <summary>It is about to be stopped: no new connections, those that are open go on.</summary>
    Draining,

    /// <summary>It does not run: its app has no instances and is started when a request comes. It has no address.</summary>
    Asleep,
}
