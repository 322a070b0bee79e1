using Microsoft.AspNetCore.Http;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>What is written down of one request: that a change was asked for before it is made, what came of it, and refusals.</summary>
internal sealed class AuditTrail(AuditLog log, HttpContext http)
{
    private const int MostRights = 20;

    private readonly List<string> _rights = [];
    private string _reason = "";

    /// <summary>The request.</summary>
    public string Request { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));

    public void Add(AccessAction action, string resource, AccessVerdict verdict)
    {
        if (!verdict.IsAllowed)
            _reason = verdict.Reason;
        var right = $"{action.Name()} {resource}";
        if (_rights.Count < MostRights && !_rights.Contains(right))
            _rights.Add(right);
    }

    /// <summary>A change is about to be made. When this cannot be written, it is not made.</summary>
    public Task<bool> AskedAsync(Access access) => log.WriteAsync(Entry("asked", access));

    /// <summary>It was answered.</summary>
    public Task AnsweredAsync(Access access, bool wasAsked)
    {
        var refused = http.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden;
        // Who did not even try to log in is told to; that is nothing to remember, and anybody could fill the disk with it.
        if (!wasAsked && (!refused || access.Problem is null && access.IsAnonymous))
            return Task.CompletedTask;
        var entry = Entry(refused ? "refused" : "answered", access) with { Status = http.Response.StatusCode, Reason = refused ? access.Problem ?? _reason : "" };
        return wasAsked ? log.WriteAsync(entry) : log.TryWriteAsync(entry);
    }

    /// <summary>Somebody logged in, or tried to.</summary>
    public Task LoginAsync(string uid, bool isRight) =>
        log.TryWriteAsync(Entry("login", new(new(uid, IdentityKind.User), AccessRights.None)) with { Reason = isRight ? "" : "the name or the password is wrong", Status = isRight ? 200 : 401 });

    private AuditEntry Entry(string what, Access access) => new()
    {
        At = log.Now,
        Event = what,
        Who = access.Who.ToString(),
        From = http.Connection.RemoteIpAddress?.ToString() ?? "",
        Request = Request,
        What = $"{http.Request.Method} {http.Request.PathBase}{http.Request.Path}",
        Rights = [.. _rights],
    };
}
