namespace Platform.Core.Tasks;

/// <summary>How a container is connected.</summary>
[GenerateSerializer, Alias("Platform.ContainerNetwork")]
public enum ContainerNetwork
{
    /// <summary>The machine's own network.</summary>
    Host,

    /// <summary>A bridge on the machine, with ports mapped.</summary>
    Bridge,

    /// <summary>A network with a name.</summary>
    Named,
}
