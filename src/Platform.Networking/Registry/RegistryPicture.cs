using Platform.Core.Registry;

namespace Platform.Networking.Registry;

/// <summary>What a process knew of the registry at an instant, as it is kept on disk.</summary>
internal sealed record RegistryPicture
{
    /// <summary>The form that this program writes and reads.</summary>
    internal const int CurrentForm = 1;

    /// <summary>The form of the file; one of another form is passed over.</summary>
    public int Form { get; init; }

    /// <summary>When it was so.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The services.</summary>
    public IReadOnlyList<ServiceSnapshot> Services { get; init; } = [];

    /// <summary>The machines with names of their own; null: not known.</summary>
    public RegistryNodes? Nodes { get; init; }
}
