using Platform.Api.Http;
using Platform.Api.Marathon.Operations;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>Writes changes that do not come as requests of their own, such as those of the dashboard, to the audit log: what was asked for before it is done, and what came of it.</summary>
public sealed class OperationTrail
{
    private readonly AuditLog _log;

    internal OperationTrail(AuditLog log) => _log = log;

    /// <summary>Does it. Of those who need not log in nothing is written.</summary>
    /// <param name="access">Who asks.</param>
    /// <param name="from">From which address; empty: not known.</param>
    /// <param name="what">What, in a sentence without anything secret.</param>
    /// <param name="act">Does it.</param>
    /// <exception cref="OperationRefusedException">The audit log cannot be written, and it was not done.</exception>
    public async Task DoAsync(Access access, string from, string what, Func<Task> act)
    {
        if (access.Who.Kind is IdentityKind.Local)
        {
            await act();
            return;
        }
        var entry = new AuditEntry
        {
            At = _log.Now,
            Event = "asked",
            Who = access.Who.ToString(),
            From = from,
            Request = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8)),
            What = what,
        };
        if (!await _log.WriteAsync(entry))
            throw new OperationRefusedException("The audit log cannot be written", "/", "try again in a moment");
        var (status, reason) = (200, "");
        try
        {
            await act();
        }
        catch (Exception failure)
        {
            (status, reason) = failure switch
            {
                ApiException refused => (refused.Answer.Status, refused.Answer.Message),
                OperationRefusedException => (422, failure.Message),
                _ => (500, failure.Message),
            };
            throw;
        }
        finally
        {
            await _log.WriteAsync(entry with { At = _log.Now, Event = status is 401 or 403 ? "refused" : "answered", Status = status, Reason = reason });
        }
    }
}
