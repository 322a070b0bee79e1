namespace Platform.GrainRuntime;

/// <summary>A durable reminder of one grain.</summary>
public interface IGrainReminder
{
    /// <summary>The name, unique within the grain.</summary>
    string ReminderName { get; }
}
