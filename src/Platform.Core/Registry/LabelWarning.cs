namespace Platform.Core.Registry;

/// <summary>A label of a definition that does not do what it was meant to.</summary>
/// <param name="Path">Where it is in the definition, as a JSON pointer such as <c>/labels/HAPROXY_0_PATH</c>.</param>
/// <param name="Message">What is wrong, and what to write.</param>
[GenerateSerializer, Immutable, Alias("Platform.LabelWarning")]
public sealed record LabelWarning([property: Id(0)] string Path, [property: Id(1)] string Message);
