namespace Platform.Agent.Isolation;

/// <summary>What this machine lets the agent do to set tasks apart, as "probe" of Native/shim.c finds out.</summary>
[Flags]
internal enum KernelGrants
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Mount namespaces: of root, or in user namespaces.</summary>
    Mounts = 1,

    /// <summary>Process namespaces: of root, or in user namespaces.</summary>
    Processes = 2,

    /// <summary>Namespaces of System V memory.</summary>
    Memory = 4,

    /// <summary>Filters of system calls.</summary>
    Filters = 8,

    /// <summary>Filters of system calls for what gets no more rights by executing a program.</summary>
    FiltersWithoutRights = 16,

    /// <summary>A bound on capabilities.</summary>
    Capabilities = 32,

    /// <summary>Namespaces without user namespaces, and those of others: takes root.</summary>
    Root = 64,

    /// <summary>User namespaces whose ids are others of the machine: takes root.</summary>
    Users = 128,
}
