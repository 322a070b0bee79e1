namespace Platform.Dashboard.Live;

/// <summary>How an app is, in one word; the worse comes first.</summary>
public enum AppCondition
{
    /// <summary>Some of its instances fail their health checks.</summary>
    Unhealthy,

    /// <summary>Its instances fail, and the next one is held back for a while.</summary>
    Delayed,

    /// <summary>Some instances wait for a place on an agent.</summary>
    Waiting,

    /// <summary>Fewer instances run than were asked for, and no deployment is under way.</summary>
    Degraded,

    /// <summary>A deployment changes it.</summary>
    Deploying,

    /// <summary>It runs as asked.</summary>
    Running,

    /// <summary>It was asked for with 0 instances.</summary>
    Suspended,
}
