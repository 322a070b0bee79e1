using Microsoft.AspNetCore.Components.Authorization;
using Platform.Api.Security;

namespace Platform.Dashboard.Live;

/// <summary>Who looks at the dashboard. Rights are those of the moment: what is taken back is gone at once.</summary>
public sealed class DashboardUser(AuthenticationStateProvider states, SessionAccess sessions)
{
    /// <summary>Who it is and what it may do.</summary>
    public Access Access => states.GetAuthenticationStateAsync() is { IsCompletedSuccessfully: true } state ? sessions.Of(state.Result.User) : sessions.Of(null);
}
