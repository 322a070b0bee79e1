using Platform.Agent.Tasks;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Isolation;

/// <summary>
/// What sets the processes of tasks apart from this machine. Without <c>--isolation</c> that is whatever the machine grants and no task is likely
/// to miss; what a definition asks for by itself comes on top of that. With it, it is what is named, as in Mesos.
/// </summary>
internal sealed class Isolators
{
    private const double DefaultSharedMemory = 64;

    private static readonly string[] OnRequest = [IsolatorNames.Ipc, IsolatorNames.Processes];

    private readonly HashSet<string> _named;
    private readonly bool _isGiven;
    private readonly KernelGrants _grants;
    private readonly ulong _held;
    private readonly ValueList<string>? _effective;
    private readonly ValueList<string>? _bounding;

    /// <param name="named">The names of <c>--isolation</c>; null: it is not given.</param>
    /// <param name="grants">What the machine lets the agent do.</param>
    /// <param name="held">The capabilities of the agent.</param>
    /// <param name="effective">The capabilities of tasks that name none; null: those of their users.</param>
    /// <param name="bounding">The capabilities that no task can go beyond; null: those of the agent.</param>
    /// <exception cref="AgentStartException">The machine does not grant what was named.</exception>
    public Isolators(ValueList<string>? named, KernelGrants grants, ulong held, ValueList<string>? effective, ValueList<string>? bounding)
    {
        (_isGiven, _grants, _held, _effective, _bounding) = (named is not null, grants, held, effective, bounding);
        _named = (named ?? Granted(grants)).ToHashSet(StringComparer.Ordinal);
        var missing = _named.Where(name => !IsGranted(name)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            throw new AgentStartException($"--isolation: this machine does not let the agent use {string.Join(", ", missing)}. Run it as root, or leave {(missing.Count == 1 ? "it" : "them")} out.");
        if ((effective ?? bounding) is not null && !_named.Contains(IsolatorNames.Capabilities))
            throw new AgentStartException("--effective-capabilities and --bounding-capabilities need linux/capabilities, which takes an agent that runs as root and, where --isolation is given, that name in it.");
    }

    /// <summary>Nothing is set apart.</summary>
    public static Isolators None { get; } = new(null, KernelGrants.None, 0, null, null);

    /// <summary>Which are on; for people.</summary>
    public string Description
    {
        get
        {
            var on = _named.Where(IsolatorNames.Chosen.Contains).Order(StringComparer.Ordinal).ToList();
            var asked = _isGiven ? [] : OnRequest.Where(IsGranted).ToList();
            return on.Count == 0 && asked.Count == 0
                ? "no isolators of processes" + (_isGiven ? "" : ": the agent has not the rights for any")
                : string.Join("; ", new[] { string.Join(", ", on), asked.Count == 0 ? "" : $"{string.Join(" and ", asked)} for tasks that ask" }.Where(part => part.Length > 0));
        }
    }

    /// <summary>True if volumes can be read-only, or at absolute paths.</summary>
    public bool HasMounts => _named.Contains(IsolatorNames.Filesystem);

    /// <summary>True if every task is in a user namespace.</summary>
    public bool HasUsers => _named.Contains(IsolatorNames.Users);

    /// <summary>What the process that starts tasks under the default filter is told.</summary>
    public IReadOnlyList<string> FilterSettings => _grants.HasFlag(KernelGrants.Filters) ? ["d"] : ["n", "d"];

    /// <summary>True if a task is under the default filter of system calls.</summary>
    public bool IsFiltered(TaskSpec spec) => _named.Contains(IsolatorNames.Seccomp) && spec.Isolation?.Unconfined != true;

    /// <summary>True if a command beside a task has to enter something that the task does not share with the machine.</summary>
    public static bool HasNamespaces(IReadOnlyList<string> settings) => settings.Any(setting => setting[0] is 'p' or 'i' or 'm' or 'o' or 'w' or 'b' or 'j' or 'u');

    /// <summary>True if a task can be put into the network of another process.</summary>
    public bool CanJoinNetworks => _grants.HasFlag(KernelGrants.Root);

    /// <summary>The settings of a task's supervisor but its terminal, as Native/isolate.h describes them.</summary>
    /// <param name="spec">The task.</param>
    /// <param name="mounts">What it sees by mounts.</param>
    /// <param name="isRoot">It runs as the user root.</param>
    /// <exception cref="TaskStartException">The task asks for what this agent does not do.</exception>
    public IReadOnlyList<string> SettingsOf(TaskSpec spec, IReadOnlyList<VolumeMount> mounts, bool isRoot)
    {
        var asked = spec.Isolation ?? new();
        var settings = new List<string>();
        if (OwnProcesses(asked))
            settings.Add("p");
        if (asked.PrivateIpc && (_isGiven ? _named.Contains(IsolatorNames.Ipc) : _grants.HasFlag(KernelGrants.Memory)))
            settings.Add(spec.Volumes.Any(volume => volume.Secret is not null) ? "i" : FormattableString.Invariant($"i{(long)(asked.SharedMemory ?? DefaultSharedMemory)}"));
        if (_named.Contains(IsolatorNames.Mounts))
            settings.Add("m");
        settings.AddRange(mounts.SelectMany(mount => mount.Settings));
        var (effective, bounding) = CapabilitiesOf(asked, isRoot);
        if (bounding is not null)
            settings.Add($"c{effective},{bounding}");
        if (_named.Contains(IsolatorNames.NoNewPrivileges))
            settings.Add("n");
        if (IsFiltered(spec) && KeepsMounts(asked, mounts, bounding))
            settings.Add("f");
        return settings;
    }

    private static ValueList<string> Granted(KernelGrants grants)
    {
        var names = new List<string>();
        if (grants.HasFlag(KernelGrants.Mounts))
            names.Add(IsolatorNames.Filesystem);
        if (grants.HasFlag(KernelGrants.Capabilities))
            names.Add(IsolatorNames.Capabilities);
        // Without the right to add one it would keep programs such as sudo from working.
        if (grants.HasFlag(KernelGrants.Filters))
            names.Add(IsolatorNames.Seccomp);
        return names.ToValueList();
    }

    private bool IsGranted(string name) => name switch
    {
        IsolatorNames.Filesystem or IsolatorNames.Mounts => _grants.HasFlag(KernelGrants.Mounts),
        IsolatorNames.Capabilities => _grants.HasFlag(KernelGrants.Capabilities),
        IsolatorNames.Ipc => _grants.HasFlag(KernelGrants.Memory),
        IsolatorNames.Processes => _grants.HasFlag(KernelGrants.Processes),
        IsolatorNames.Users => _grants.HasFlag(KernelGrants.Users),
        IsolatorNames.Seccomp => (_grants & (KernelGrants.Filters | KernelGrants.FiltersWithoutRights)) != 0,
        // Whoever may do so without rights has the compiled supervisor.
        IsolatorNames.NoNewPrivileges => _grants.HasFlag(KernelGrants.FiltersWithoutRights),
        _ => true,
    };

    private bool OwnProcesses(TaskIsolation asked)
    {
        if (asked.SharesProcesses is not { } shares)
            return _named.Contains(IsolatorNames.Processes);
        if (!shares && !(_isGiven ? _named.Contains(IsolatorNames.Processes) : _grants.HasFlag(KernelGrants.Processes)))
            throw Refused("a process namespace of its own (sharePidNamespace false)", IsolatorNames.Processes);
        return !shares;
    }

    // Without a bound nothing is changed. What is asked for must be within the operator's bound, as in Mesos.
    private (ulong? Effective, ulong? Bounding) CapabilitiesOf(TaskIsolation asked, bool isRoot)
    {
        var isAsked = asked.EffectiveCapabilities is not null || asked.BoundingCapabilities is not null;
        if (isAsked && !_named.Contains(IsolatorNames.Capabilities))
            throw Refused("capabilities of its own", IsolatorNames.Capabilities);
        var effective = asked.EffectiveCapabilities ?? _effective;
        if ((asked.BoundingCapabilities ?? effective ?? _bounding) is not { } bounding)
            return (null, null);
        var limit = LinuxCapabilities.Mask(bounding);
        var own = effective is { } given ? LinuxCapabilities.Mask(given) : isRoot ? limit & _held : 0;
        if ((own & ~limit) != 0)
            throw Refused($"the effective capabilities {Text(own & ~limit)}, which are not among its bounding ones");
        if (_bounding is { } most && (limit & ~LinuxCapabilities.Mask(most)) is not 0 and var beyond && isAsked)
            throw Refused($"the capabilities {Text(beyond)}, which --bounding-capabilities of this agent does not have");
        if ((own & ~_held) is not 0 and var missing)
            throw Refused($"the capabilities {Text(missing)}, which this agent does not have itself");
        return (own, limit);
    }

    // Whoever may mount could make its read-only volumes writable again.
    private static bool KeepsMounts(TaskIsolation asked, IReadOnlyList<VolumeMount> mounts, ulong? bounding)
    {
        var administers = LinuxCapabilities.Mask([LinuxCapabilities.SystemAdministration]);
        var isAsked = ((LinuxCapabilities.Mask(asked.EffectiveCapabilities ?? default) | LinuxCapabilities.Mask(asked.BoundingCapabilities ?? default)) & administers) != 0;
        return !isAsked && (mounts.Any(mount => mount.IsReadOnly) || (bounding is { } limit && (limit & administers) == 0));
    }

    private static string Text(ulong mask) => string.Join(", ", LinuxCapabilities.Of(mask));

    private TaskStartException Refused(string what, string isolator) => Refused(
        $"{what}, which needs {isolator}: " + (_isGiven ? "it is not in --isolation of this agent" : "this agent has not the rights for it; run it as root"));

    private static TaskStartException Refused(string what) => new(TaskReasons.LaunchFailed, $"The task asks for {what}");
}
