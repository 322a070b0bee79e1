namespace Platform.Core;

/// <summary>What kind of amount a resource, or an attribute, has. The names are those of Mesos' JSON.</summary>
[GenerateSerializer, Alias("Platform.ResourceType")]
public enum ResourceType
{
    /// <summary>An amount with three decimals: cpus, mem (MB), disk (MB), gpus.</summary>
    Scalar,

    /// <summary>A set of whole numbers in intervals: ports.</summary>
    Ranges,

    /// <summary>A set of names.</summary>
    Set,

    /// <summary>Free text; attributes only.</summary>
    Text,
}
