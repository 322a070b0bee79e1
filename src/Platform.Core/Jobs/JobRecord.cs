using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>Everything that is recorded of a job.</summary>
/// <param name="Head">The job itself; changed in place.</param>
/// <param name="Runs">Its runs.</param>
/// <param name="Tasks">Their tasks.</param>
/// <param name="Notices">What is to be told of it.</param>
public sealed record JobRecord(JobState Head, IKeptItems<RunState> Runs, IKeptItems<RunTask> Tasks, IKeptItems<JobNotice> Notices);
