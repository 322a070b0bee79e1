using Microsoft.AspNetCore.Http;

namespace Platform.Api.Security;

/// <summary>Finds out who sent a request.</summary>
public interface IAccessSource
{
    /// <summary>Who sent it; somebody whose login does not count is anonymous.</summary>
    ValueTask<Access> IdentifyAsync(HttpContext http);
}
