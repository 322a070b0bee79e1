namespace Platform.GrainRuntime;

/// <summary>
/// Durable reminders of a grain that implements <see cref="IRemindable"/>. They survive restarts; ticks missed while the process was
/// down are not replayed, the next one comes at its time.
/// </summary>
public static class GrainReminderExtensions
{
    /// <summary>Registers a reminder, or changes the times of the one with this name; done when it is on disk.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="reminderName">The name, unique within the grain.</param>
    /// <param name="dueTime">Until the first tick; not negative.</param>
    /// <param name="period">From tick to tick; at least the runtime's minimum reminder period (default 1 minute).</param>
    /// <exception cref="ArgumentException">The times are out of range, or the grain does not implement <see cref="IRemindable"/>.</exception>
    public static Task<IGrainReminder> RegisterOrUpdateReminder(this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
        Reminders(grain).RegisterAsync(grain, reminderName, dueTime, period);

    /// <summary>The reminder with this name, or null.</summary>
    public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName) =>
        Task.FromResult(Reminders(grain).Get(grain.GrainContext.GrainId, reminderName));

    /// <summary>All reminders of the grain.</summary>
    public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain) =>
        Task.FromResult(Reminders(grain).GetAll(grain.GrainContext.GrainId));

    /// <summary>Removes a reminder; done when that is on disk. Removing one that is gone already is no error.</summary>
    public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder) =>
        Reminders(grain).UnregisterAsync(grain.GrainContext.GrainId, reminder);

    private static ReminderService Reminders(IGrainBase grain) =>
        ((Activations.Activation)grain.GrainContext).Silo.Reminders;
}
