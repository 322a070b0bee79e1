using System.Text.Json.Serialization;
using Platform.Agent.Updates;
using Platform.Agent.Watching;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>The JSON of the work directory's files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(TaskRecord))]
[JsonSerializable(typeof(KillOrder))]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(TaskUpdate))]
[JsonSerializable(typeof(WatchState))]
[JsonSerializable(typeof(CheckResult[]))]
[JsonSerializable(typeof(CheckSpec[]))]
[JsonSerializable(typeof(FetchSpec[]))]
[JsonSerializable(typeof(PortSpec[]))]
[JsonSerializable(typeof(ReservedAmounts[]))]
[JsonSerializable(typeof(SecretText))]
[JsonSerializable(typeof(PersistentVolume))]
[JsonSerializable(typeof(Toleration[]))]
[JsonSerializable(typeof(VolumeSpec[]))]
[JsonSerializable(typeof(ContainerOption[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, long>))]
[JsonSerializable(typeof(Dictionary<string, SecretText>))]
internal sealed partial class AgentJson : JsonSerializerContext;
