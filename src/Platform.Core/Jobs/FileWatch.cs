using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>What an agent shall look for.</summary>
/// <param name="JobId">The job that waits for it.</param>
/// <param name="Folder">The absolute path of the folder.</param>
/// <param name="Pattern">Which file names count, see <see cref="FilePattern"/>.</param>
/// <param name="Since">Files that were there before count for nothing: when the job began to wait.</param>
[GenerateSerializer, Immutable, Alias("Platform.FileWatch")]
public sealed record FileWatch(
    [property: Id(0)] string JobId, [property: Id(1)] string Folder, [property: Id(2)] string Pattern, [property: Id(3)] DateTimeOffset Since);

/// <summary>All that an agent shall look for.</summary>
/// <param name="All">The watches; none: it looks for nothing.</param>
[GenerateSerializer, Immutable, Alias("Platform.FileWatchSet")]
public sealed record FileWatchSet([property: Id(0)] ValueList<FileWatch> All);

/// <summary>A file that has appeared.</summary>
/// <param name="JobId">The job that waits for it.</param>
/// <param name="Number">Greater than those of all files that the agent has told of before: a job takes each number of an agent once.</param>
/// <param name="Path">Its absolute path on the agent.</param>
[GenerateSerializer, Immutable, Alias("Platform.AppearedFile")]
public sealed record AppearedFile([property: Id(0)] string JobId, [property: Id(1)] long Number, [property: Id(2)] string Path);

/// <summary>A job has taken what an agent has told it of, durably.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Number">Every file up to this number.</param>
[GenerateSerializer, Immutable, Alias("Platform.TakenFiles")]
public sealed record TakenFiles([property: Id(0)] string JobId, [property: Id(1)] long Number);
