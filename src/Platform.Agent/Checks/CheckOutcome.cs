namespace Platform.Agent.Checks;

/// <summary>What one look at a task has shown.</summary>
/// <param name="Success">True: it succeeded; false: it failed; null: neither (an ignored 1xx answer).</param>
/// <param name="Status">HTTP status or exit status, or null.</param>
/// <param name="Message">Why it failed.</param>
/// <param name="ContentType">Type of the answer, of readiness checks that preserve it.</param>
/// <param name="Body">The answer, of readiness checks that preserve it.</param>
internal sealed record CheckOutcome(bool? Success, int? Status = null, string? Message = null, string? ContentType = null, string? Body = null);
