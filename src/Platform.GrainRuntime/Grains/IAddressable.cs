namespace Platform.GrainRuntime;

/// <summary>Something that can be called by its identity: a grain, a reference to one, or a reference to an observer.</summary>
public interface IAddressable;
