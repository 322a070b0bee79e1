namespace Platform.Client.Http;

/// <summary>The addresses of one control plane, in turn. All calls of a client, and of its views, stay with the one that answers.</summary>
internal sealed class AddressRing(Uri[] addresses)
{
    private int current;

    internal int Count => addresses.Length;

    /// <summary>Where it stands; it counts on for ever.</summary>
    internal int Place => Volatile.Read(ref current);

    /// <summary>The one that answered last.</summary>
    internal Uri Current => At(Place);

    internal Uri At(int place) => addresses[(place & int.MaxValue) % addresses.Length];

    /// <summary>The address at a place does not answer. Those that ask at the same time move on together.</summary>
    internal void Leave(int place) => Interlocked.CompareExchange(ref current, place + 1, place);
}
