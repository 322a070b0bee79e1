namespace Platform.Core;

/// <summary>What a disk resource is made of. The names are those of Mesos' JSON in upper case.</summary>
[GenerateSerializer, Alias("Platform.DiskSourceType")]
public enum DiskSourceType
{
    /// <summary>A directory that several volumes can share.</summary>
    Path,

    /// <summary>A mounted filesystem, given out whole or not at all.</summary>
    Mount,

    /// <summary>A block device, given out whole or not at all.</summary>
    Block,

    /// <summary>Storage without a shape yet; divisible unless it has an identity.</summary>
    Raw,
}
