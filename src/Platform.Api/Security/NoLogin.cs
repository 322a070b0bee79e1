using Microsoft.AspNetCore.Http;

namespace Platform.Api.Security;

/// <summary>Nobody has to log in, and everybody may do everything: for one's own machine.</summary>
internal sealed class NoLogin : IAccessSource
{
    public ValueTask<Access> IdentifyAsync(HttpContext http) => ValueTask.FromResult(Access.Unguarded);
}
