namespace Platform.GrainRuntime;

/// <summary>A grain that reminders can wake.</summary>
public interface IRemindable : IGrain
{
    /// <summary>A reminder's tick.</summary>
    Task ReceiveReminder(string reminderName, TickStatus status);
}
