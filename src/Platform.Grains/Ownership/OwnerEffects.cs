using Platform.Contracts.Events;
using Platform.Core.Ownership;

namespace Platform.Grains.Ownership;

/// <summary>What is to leave a grain once that which it follows from is stored: all effects that are staged before a write are sent after it.</summary>
internal sealed class OwnerEffects<TTask, TFor>
    where TTask : class, IOwnedTask<TTask>
{
    private List<string>? _releases;
    private List<PlatformEvent>? _events;
    private List<Action>? _then;
    private Dictionary<string, List<string>>? _acknowledgements;
    private Dictionary<string, List<string>>? _volumes;
    private Dictionary<string, List<string>>? _unknownEnds;
    private List<Launch<TTask, TFor>>? _launches;
    private DemandChanges? _demands;

    /// <summary>Places that are not needed any more.</summary>
    public List<string> Releases => _releases ??= [];

    /// <summary>Events for the log.</summary>
    public List<PlatformEvent> Events => _events ??= [];

    /// <summary>What else is to be done.</summary>
    public List<Action> Then => _then ??= [];

    /// <summary>Reports that agents may forget, by agent.</summary>
    public Dictionary<string, List<string>> Acknowledgements => _acknowledgements ??= new(StringComparer.Ordinal);

    /// <summary>Tasks that agents say have ended and that are not on record, by agent: what they hold there is released.</summary>
    public Dictionary<string, List<string>> UnknownEnds => _unknownEnds ??= new(StringComparer.Ordinal);

    /// <summary>Volumes to destroy, by agent.</summary>
    public Dictionary<string, List<string>> Volumes => _volumes ??= new(StringComparer.Ordinal);

    /// <summary>Tasks to launch.</summary>
    public List<Launch<TTask, TFor>> Launches => _launches ??= [];

    /// <summary>What to tell the allocator about demands.</summary>
    public DemandChanges Demands => _demands ??= new();

    /// <summary>Kills that are due.</summary>
    public List<OwnedTask<TTask>>? Kills { get; set; }

    public bool HasReleases => _releases is not null;

    public bool HasEvents => _events is not null;

    public bool HasThen => _then is not null;

    public bool HasAcknowledgements => _acknowledgements is not null;

    public bool HasVolumes => _volumes is not null;

    public bool HasUnknownEnds => _unknownEnds is not null;

    public bool HasLaunches => _launches is not null;

    /// <summary>What to tell the allocator, which is not to be told again; null: nothing.</summary>
    public DemandChanges? TakeDemands()
    {
        var demands = _demands is { IsEmpty: false } ? _demands : null;
        _demands = null;
        return demands;
    }
}
