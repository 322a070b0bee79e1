using Platform.Core.Apps;

namespace Platform.Api.Marathon.Pods;

/// <summary>A pod as readers see it.</summary>
/// <param name="Pod">Its definition, and what runs of it.</param>
/// <param name="Versions">The definitions that its instances were made from, by version, as far as they are kept.</param>
/// <param name="IsTerminating">It is being removed with all its instances.</param>
internal sealed record PodView(AppView Pod, IReadOnlyDictionary<string, AppVersion> Versions, bool IsTerminating);
