using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>Instances of one definition that shall wait for a place, all together and not in addition to those that wait already.</summary>
/// <param name="Version">The definition's version.</param>
/// <param name="Count">How many new instances. For a system app: 1 while its demand shall stand.</param>
/// <param name="Parked">Parked instances that shall run again on their agents.</param>
public sealed record LaunchWish(string Version, int Count, ValueList<string> Parked)
{
    /// <summary>True if nothing shall wait.</summary>
    public bool IsEmpty => Count == 0 && Parked.IsEmpty;
}
