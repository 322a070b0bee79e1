using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>A service as a process knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Index">When it last changed, as <see cref="ServiceDirectory.Index"/> says.</param>
/// <param name="Endpoints">Its endpoints, in the order of their ids.</param>
public sealed record ServiceSnapshot(string Name, long Index, ValueList<ServiceEndpoint> Endpoints);
