namespace Platform.GrainRuntime;

/// <summary>Marks the attributes of constructor parameters that the runtime fills in by itself.</summary>
public interface IFacetMetadata;
