namespace Platform.Core.Schedules;

/// <summary>How a cron expression joins its two day fields, and what it may contain.</summary>
[GenerateSerializer, Alias("Platform.CronDialect")]
public enum CronDialect
{
    /// <summary>
    /// The rule of cron(8): when both day fields are restricted, a day that matches either is due. Five fields, or six with the seconds
    /// first; <c>@hourly</c> and the like; <c>L</c>, <c>W</c>, <c>#</c> and <c>H</c>. The default.
    /// </summary>
    Unix,

    /// <summary>Metronome's rule: five fields, and a day must match both day fields. <c>L</c>, <c>W</c> and <c>#</c>, as its parser knows them.</summary>
    Metronome,
}
