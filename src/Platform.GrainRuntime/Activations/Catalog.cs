using System.Collections.Concurrent;
using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Activations;

/// <summary>All activations of this process.</summary>
internal sealed class Catalog(EmbeddedSilo silo)
{
    private readonly ConcurrentDictionary<GrainId, CallTarget> _targets = new();

    public IEnumerable<Activation> Activations => _targets.SelectMany(pair => pair.Value.Activations);

    /// <summary>Without the observers.</summary>
    public IEnumerable<Activation> GrainActivations => Activations.Where(activation => activation.Class != GrainClass.Observer);

    /// <summary>Where the calls of the grain go now; null when it has no activation.</summary>
    public CallTarget? Find(GrainId grainId) => _targets.GetValueOrDefault(grainId);

    /// <exception cref="ClientNotAvailableException">The observer is gone.</exception>
    /// <exception cref="ArgumentException">No grain class has this type's name.</exception>
    public CallTarget GetOrCreate(GrainId grainId)
    {
        if (_targets.TryGetValue(grainId, out var target))
        {
            return target;
        }

        if (grainId.Type == GrainClass.Observer.TypeName)
        {
            throw new ClientNotAvailableException($"Observer {grainId} was deleted or belongs to a process that ended.");
        }

        return _targets.GetOrAdd(grainId, Create);
    }

    public void AddObserver(Activation observer) => _targets[observer.GrainId] = observer;

    public void RemoveObserver(GrainId grainId) => _targets.TryRemove(grainId, out _);

    public void Remove(Activation activation)
    {
        if (_targets.TryGetValue(activation.GrainId, out var target)
            && (target == activation || (target is WorkerPool pool && pool.Remove(activation))))
        {
            _targets.TryRemove(new(activation.GrainId, target));
        }
    }

    private CallTarget Create(GrainId grainId)
    {
        var grainClass = silo.Classes.ByTypeName(grainId.Type);
        return grainClass.MaximumWorkers > 0 ? new WorkerPool(silo, grainId, grainClass) : new Activation(silo, grainId, grainClass);
    }
}
