namespace Platform.GrainRuntime.Calls;

/// <summary>What a new reference is made of.</summary>
internal sealed record ReferenceTarget(EmbeddedSilo Silo, GrainId GrainId, GrainInterface Interface);
