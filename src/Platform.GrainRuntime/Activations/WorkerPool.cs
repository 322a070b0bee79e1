using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Activations;

/// <summary>The activations of one stateless worker grain.</summary>
internal sealed class WorkerPool(EmbeddedSilo silo, GrainId grainId, GrainClass grainClass) : CallTarget
{
    private readonly Lock _gate = new();
    private readonly List<Activation> _workers = [];
    private int _next;
    private bool _hasEnded;

    public override IEnumerable<Activation> Activations
    {
        get
        {
            lock (_gate)
            {
                return _workers.ToArray();
            }
        }
    }

    public override bool TryEnqueue(GrainCall call)
    {
        while (true)
        {
            Activation worker;
            lock (_gate)
            {
                if (_hasEnded)
                {
                    return false;
                }

                worker = Pick();
            }

            if (worker.TryEnqueue(call))
            {
                return true;
            }

            Remove(worker);
        }
    }

    /// <summary>Forgets a worker; true when it was the last, and the pool has ended with it.</summary>
    public bool Remove(Activation worker)
    {
        lock (_gate)
        {
            _workers.Remove(worker);
            return _hasEnded = _workers.Count == 0;
        }
    }

    private Activation Pick()
    {
        foreach (var candidate in _workers)
        {
            if (candidate.IsIdle)
            {
                return candidate;
            }
        }

        if (_workers.Count < grainClass.MaximumWorkers)
        {
            var worker = new Activation(silo, grainId, grainClass);
            _workers.Add(worker);
            return worker;
        }

        return _workers[_next++ % _workers.Count];
    }
}
