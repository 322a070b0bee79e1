namespace Platform.Client;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Path">Where, as a path into the JSON that was sent, such as <c>/upgradeStrategy/minimumHealthCapacity</c>.</param>
/// <param name="Message">What is wrong there.</param>
public sealed record Problem(string Path, string Message);
