namespace Platform.GrainRuntime.Calls;

/// <summary>The result of methods without a result.</summary>
internal readonly struct Unit;
