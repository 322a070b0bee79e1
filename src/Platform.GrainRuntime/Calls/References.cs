using System.Collections.Concurrent;

namespace Platform.GrainRuntime.Calls;

/// <summary>Makes references to grains and observers.</summary>
internal sealed class References(EmbeddedSilo silo)
{
    private readonly ConcurrentDictionary<Type, string> _typeNames = new();

    /// <summary>To the grain of the one class that implements the interface.</summary>
    public T Create<T>(string key) => Create<T>(new GrainId(_typeNames.GetOrAdd(typeof(T), static (type, silo) => silo.Classes.ByInterface(type).TypeName, silo), key));

    public T Create<T>(GrainId grainId) => (T)(object)InterfaceOf<T>.Value.CreateReference(silo, grainId);

    private static class InterfaceOf<T>
    {
        public static GrainInterface Value => Lazy.Value;

        private static readonly Lazy<GrainInterface> Lazy = new(static () => GrainInterface.For(typeof(T)));
    }
}
