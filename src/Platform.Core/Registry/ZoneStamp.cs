namespace Platform.Core.Registry;

/// <summary>A number that grows with each change of what it stands for, so that what was made from it can be kept as long as it is right.</summary>
public sealed class ZoneStamp
{
    private long _value;

    /// <summary>The number now.</summary>
    public long Value => Volatile.Read(ref _value);

    internal void Grow() => Volatile.Write(ref _value, _value + 1);
}
