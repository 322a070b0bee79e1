using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Contracts.Jobs;

/// <summary>What became of a request to run due times of the past.</summary>
/// <param name="Backfill">It goes on; null: it was refused, or there is no such job.</param>
/// <param name="Problems">Every problem of the request.</param>
[GenerateSerializer, Immutable, Alias("Platform.BackfillResult")]
public sealed record BackfillResult([property: Id(0)] BackfillState? Backfill, [property: Id(1)] ValueList<SpecProblem> Problems);
