namespace Platform.GrainRuntime.Calls;

/// <summary>Keeps calls of one signature for reuse, a few per thread, so that neither renting nor returning is ever contended.</summary>
internal static class CallPool<T>
    where T : GrainCall, new()
{
    private const int MaximumPerThread = 128;

    [ThreadStatic]
    private static GrainCall? _resting;

    [ThreadStatic]
    private static int _count;

    public static T Rent()
    {
        if (_resting is not { } call)
        {
            return new T();
        }

        _resting = call.Next;
        _count--;
        call.Next = null;
        return (T)call;
    }

    public static void Return(T call)
    {
        if (_count < MaximumPerThread)
        {
            call.Next = _resting;
            _resting = call;
            _count++;
        }
    }
}
