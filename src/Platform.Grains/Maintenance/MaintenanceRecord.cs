using Platform.Core.Maintenance;

namespace Platform.Grains.Maintenance;

/// <summary>What is stored of maintenance.</summary>
[GenerateSerializer, Alias("Platform.MaintenanceRecord")]
public sealed record MaintenanceRecord
{
    /// <summary>The schedule, and which machines are down.</summary>
    [Id(0)] public MaintenancePlan Plan { get; set; } = MaintenancePlan.Empty;
}
