namespace Platform.GrainRuntime;

/// <summary>A virtual actor's interface. Its methods return Task, Task&lt;T&gt;, ValueTask or ValueTask&lt;T&gt;.</summary>
public interface IGrain : IAddressable;
