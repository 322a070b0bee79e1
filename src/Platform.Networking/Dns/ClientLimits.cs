namespace Platform.Networking.Dns;

/// <summary>Counts the questions of each address in the running second; one for each thread.</summary>
/// <remarks>Two addresses may share a counter: who is limited by another's questions is at most one in some thousands, and another one after a restart.</remarks>
internal sealed class ClientLimits(int perSecond)
{
    private const int Slots = 8192;

    private readonly (uint Second, int Count)[] _slots = new (uint, int)[perSecond > 0 ? Slots : 0];

    /// <summary>Whether this question is within the limit.</summary>
    /// <param name="address">The octets of the address.</param>
    /// <param name="second">The running second of any clock that goes on.</param>
    internal bool IsWithin(ReadOnlySpan<byte> address, uint second)
    {
        if (perSecond <= 0 || IsLoopback(address))
            return true;
        var hash = new HashCode();
        hash.AddBytes(address);
        ref var slot = ref _slots[(uint)hash.ToHashCode() % Slots];
        if (slot.Second != second)
            slot = (second, 0);
        return ++slot.Count <= perSecond;
    }

    private static bool IsLoopback(ReadOnlySpan<byte> address) =>
        address.Length == 4 ? address[0] == 127 : address[..15].IndexOfAnyExcept((byte)0) < 0 && address[15] == 1;
}
