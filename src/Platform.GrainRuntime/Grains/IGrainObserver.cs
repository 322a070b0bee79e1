namespace Platform.GrainRuntime;

/// <summary>
/// An object outside the grains that grains may call. Its methods return Task, ValueTask or nothing (one-way).
/// A reference to it comes from <see cref="IGrainFactory.CreateObjectReference{TObserver}"/>.
/// </summary>
public interface IGrainObserver : IAddressable;
