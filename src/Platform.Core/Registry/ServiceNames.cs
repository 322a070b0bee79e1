namespace Platform.Core.Registry;

/// <summary>Names of services: a name and, after its last dot, the framework that it belongs to, such as <c>web.shop.marathon</c>.</summary>
public static class ServiceNames
{
    /// <summary>The framework of what was registered from outside under a name without one: <c>db</c> is found as <c>db.service.mesos</c>.</summary>
    public const string Outside = "service";

    /// <summary>The frameworks whose services others may add instances to.</summary>
    private static readonly string[] Frameworks = [AppEndpoints.Framework, "metronome", "chronos"];

    /// <summary>Name and framework of a service.</summary>
    public static (string Name, string Framework) Split(string service)
    {
        var dot = service.LastIndexOf('.');
        return dot > 0 && Frameworks.Contains(service[(dot + 1)..]) ? (service[..dot], service[(dot + 1)..]) : (service, Outside);
    }

    /// <summary>What is wrong with the name of a service, and how to mend it; null: nothing.</summary>
    public static string? Problem(string service) => DnsLabels.IsName($"{service}.{Outside}.mesos") && !service.Any(char.IsAsciiLetterUpper) && !service.EndsWith('.')
        ? null
        : "must be a name that DNS can carry: labels of 1 to 63 lower-case letters, digits and hyphens, with dots between them, such as db or db.shop";
}
