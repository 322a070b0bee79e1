using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Activations;

/// <summary>Calls in order of arrival, linked through <see cref="GrainCall.Next"/>. Not thread-safe.</summary>
internal struct CallQueue
{
    private GrainCall? _last;

    public GrainCall? First { get; private set; }

    public void Add(GrainCall call)
    {
        call.Next = null;
        if (_last is null)
        {
            First = call;
        }
        else
        {
            _last.Next = call;
        }

        _last = call;
    }

    public GrainCall? Take()
    {
        var call = First;
        if (call is not null)
        {
            First = call.Next;
            call.Next = null;
            if (First is null)
            {
                _last = null;
            }
        }

        return call;
    }
}
