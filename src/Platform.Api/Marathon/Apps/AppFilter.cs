using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Apps;

/// <summary>The filters of a list of apps; all that are given must hold.</summary>
internal sealed class AppFilter
{
    private readonly string? _cmd;
    private readonly string? _id;
    private readonly LabelSelector? _label;

    private AppFilter(string? cmd, string? id, LabelSelector? label) => (_cmd, _id, _label) = (cmd, id, label);

    /// <exception cref="ApiException">The label selector cannot be read.</exception>
    public static AppFilter From(IQueryCollection query)
    {
        LabelSelector? label = null;
        if (query.Text("label") is { } text && (label = LabelSelector.Parse(text, out var problem)) is null)
            throw new ApiException(ErrorAnswer.Unprocessable($"Can not parse label selector {text}. Reason: {problem}"));
        return new(query.Text("cmd"), query.Text("id"), label);
    }

    public bool Matches(AppVersion app) =>
        (_cmd is null || app.Spec.Cmd?.Contains(_cmd, StringComparison.OrdinalIgnoreCase) == true)
        && (_id is null || app.Spec.Id.Contains(_id, StringComparison.OrdinalIgnoreCase))
        && _label?.Matches(app.Spec.Labels) != false;
}
