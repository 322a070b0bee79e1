using Microsoft.AspNetCore.Http;
using Platform.Api.Http;

namespace Platform.Api.Marathon.Tasks;

/// <summary>How tasks are killed.</summary>
/// <param name="Scale">They are not replaced: the app has so many instances less.</param>
/// <param name="Wipe">Their persistent volumes are destroyed.</param>
/// <param name="Force">Running deployments give way to the one of a scale.</param>
internal sealed record KillOptions(bool Scale, bool Wipe, bool Force)
{
    /// <exception cref="ApiException">400: scale and wipe together.</exception>
    public static KillOptions From(IQueryCollection query)
    {
        var options = new KillOptions(query.Flag("scale"), query.Flag("wipe"), query.Flag("force"));
        return options is { Scale: true, Wipe: true }
            ? throw new ApiException(ErrorAnswer.BadRequest("You cannot use scale and wipe at the same time."))
            : options;
    }
}
