using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Api.Mesos.Drivers;

/// <summary>Serves drivers of libmesos on a port of the control plane.</summary>
public static class DriverHosting
{
    /// <summary>Takes connections of drivers before HTTP does. Where the port is encrypted, call it after that.</summary>
    public static ListenOptions UseDrivers(this ListenOptions listen)
    {
        var connections = listen.ApplicationServices.GetRequiredService<DriverConnections>();
        listen.Use(next => connection => connections.ServeAsync(connection, next));
        return listen;
    }
}
