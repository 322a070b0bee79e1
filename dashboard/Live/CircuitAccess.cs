using Microsoft.AspNetCore.Components.Server.Circuits;
using Platform.Api.Security;

namespace Platform.Dashboard.Live;

/// <summary>What a browser asks for is done with the rights of who sits at it.</summary>
internal sealed class CircuitAccess(DashboardUser user) : CircuitHandler
{
    /// <inheritdoc/>
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => context =>
    {
        AccessScope.Enter(user.Access);
        return next(context);
    };
}
