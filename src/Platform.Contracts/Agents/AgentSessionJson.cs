using System.Text.Json.Serialization;
using Platform.Contracts.Security;
using Platform.Core.Jobs;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>The JSON of a session's frames, the same at both ends: camel case names, enums as text, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(AgentMessage))]
[JsonSerializable(typeof(AgentCommand))]
// The items of lists and maps, which their converters look up.
[JsonSerializable(typeof(AppearedFile[]))]
[JsonSerializable(typeof(CheckResult[]))]
[JsonSerializable(typeof(CheckSpec[]))]
[JsonSerializable(typeof(ExecInput[]))]
[JsonSerializable(typeof(ExecOutput[]))]
[JsonSerializable(typeof(ExecStart[]))]
[JsonSerializable(typeof(ExecutorMessage[]))]
[JsonSerializable(typeof(FetchSpec[]))]
[JsonSerializable(typeof(FileChunk[]))]
[JsonSerializable(typeof(FileEntry[]))]
[JsonSerializable(typeof(FileRequest[]))]
[JsonSerializable(typeof(FileWatch[]))]
[JsonSerializable(typeof(ContainerOption[]))]
[JsonSerializable(typeof(PortSpec[]))]
[JsonSerializable(typeof(ReservedAmounts[]))]
[JsonSerializable(typeof(SecretRenewal[]))]
[JsonSerializable(typeof(SecretText))]
[JsonSerializable(typeof(TakenFiles[]))]
[JsonSerializable(typeof(TaskKill[]))]
[JsonSerializable(typeof(TaskReport[]))]
[JsonSerializable(typeof(TaskSignal[]))]
[JsonSerializable(typeof(TaskSpec[]))]
[JsonSerializable(typeof(TaskToken[]))]
[JsonSerializable(typeof(TaskTokenRequest[]))]
[JsonSerializable(typeof(TaskUpdate[]))]
[JsonSerializable(typeof(TaskUsage[]))]
[JsonSerializable(typeof(PersistentVolume[]))]
[JsonSerializable(typeof(Toleration[]))]
[JsonSerializable(typeof(VolumeSpec[]))]
[JsonSerializable(typeof(WatchFolder[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, SecretText>))]
public sealed partial class AgentSessionJson : JsonSerializerContext
{
    /// <summary>The path of the session's endpoint.</summary>
    public const string EndpointPath = "/api/agents/session";

    /// <summary>The largest frame that either side accepts, bytes: 16 MiB.</summary>
    public const int MaxFrameBytes = 16 * 1024 * 1024;
}
