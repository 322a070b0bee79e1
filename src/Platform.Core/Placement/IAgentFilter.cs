namespace Platform.Core.Placement;

/// <summary>Judges an agent whose scalars are known to be enough.</summary>
internal interface IAgentFilter
{
    bool Accepts(int agent);
}
