namespace Platform.Core.Security;

/// <summary>What somebody does to a resource. The names are those of DC/OS: <c>create</c>, <c>read</c>, <c>update</c>, <c>delete</c>, and <c>full</c> for all of them.</summary>
public enum AccessAction
{
    /// <summary>Makes something new.</summary>
    Create,

    /// <summary>Looks at it.</summary>
    Read,

    /// <summary>Changes it.</summary>
    Update,

    /// <summary>Takes it away.</summary>
    Delete,

    /// <summary>Everything; only permissions have it, nobody asks for it but to hand it on.</summary>
    Full,
}
