namespace Platform.Contracts.Apps;

/// <summary>What starts and watches apps, as clients of Marathon see it: a framework.</summary>
public static class AppScheduler
{
    /// <summary>Its id, as in <c>/v2/info</c> and in events.</summary>
    public const string FrameworkId = "platform-apps";
}
