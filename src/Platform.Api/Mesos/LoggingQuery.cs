using System.Globalization;
using Microsoft.AspNetCore.Http;
using Platform.Api.Security;
using Platform.Core.Security;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos;

/// <summary>What <c>/logging/toggle</c> of a master or an agent is asked: <c>?level=1&amp;duration=10mins</c>, or nothing.</summary>
internal static class LoggingQuery
{
    /// <summary>The level to set and for how long; null: the level in effect is asked for.</summary>
    /// <exception cref="MesosRefusal">It makes no sense.</exception>
    public static (uint Level, TimeSpan Duration)? Read(HttpContext http)
    {
        var (level, duration) = (http.Request.Query["level"].ToString(), http.Request.Query["duration"].ToString());
        http.Access().Demand(level.Length > 0 ? AccessAction.Update : AccessAction.Read, ResourceId.Administration("config"));
        if (level.Length == 0 && duration.Length == 0)
            return null;
        if (level.Length == 0 || duration.Length == 0)
            throw MesosRefusal.BadRequest($"Expecting '{(level.Length == 0 ? "level" : "duration")}=value' in query.\n");
        if (!uint.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
            throw MesosRefusal.BadRequest($"Invalid level '{level}'.\n");
        return DurationText.TryParse(duration, out var time) ? (wanted, time) : throw MesosRefusal.BadRequest($"Unknown duration '{duration}'.\n");
    }
}
