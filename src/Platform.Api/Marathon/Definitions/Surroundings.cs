using Platform.Core.Groups;

namespace Platform.Api.Marathon.Definitions;

/// <summary>What definitions are read in: the tree as it stands, the settings, and the roles that agents have resources for.</summary>
internal sealed record Surroundings(GroupTree? Tree, MarathonOptions Options, IReadOnlyCollection<string> AgentRoles);
