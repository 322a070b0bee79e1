using Platform.Contracts.Agents;
using Platform.Core.Collections;

namespace Platform.Api.Agents;

/// <summary>Puts commands that wait for the same agent into one frame.</summary>
internal static class CommandMerge
{
    private const int MostItems = 1_000;
    private const int MostExecBytes = 1024 * 1024;

    /// <summary>Both commands as one, or null if they may not share a frame: an agent carries out the kills of a frame before its launches.</summary>
    public static AgentCommand? TryMerge(AgentCommand first, AgentCommand second)
    {
        if (!first.Launch.IsEmpty && (!second.Kill.IsEmpty || !second.Signals.IsEmpty))
            return null;
        if (first.Registered is not null || second.Registered is not null || first.Refused is not null || second.Refused is not null)
            return null;
        if (first.Prune is not null && second.Prune is not null)
            return null;
        if (first.Launch.Count + second.Launch.Count + first.Acknowledge.Count + second.Acknowledge.Count + first.Tokens.Count + second.Tokens.Count > MostItems)
            return null;
        if (!second.ExecInput.IsEmpty && first.ExecInput.Sum(input => input.Bytes.Length) + second.ExecInput.Sum(input => input.Bytes.Length) > MostExecBytes)
            return null;
        if (!second.Messages.IsEmpty && first.Messages.Sum(message => message.Data.Length) + second.Messages.Sum(message => message.Data.Length) > MostExecBytes)
            return null;
        return first with
        {
            Launch = Join(first.Launch, second.Launch),
            Kill = Join(first.Kill, second.Kill),
            Acknowledge = Join(first.Acknowledge, second.Acknowledge),
            ReadFiles = Join(first.ReadFiles, second.ReadFiles),
            DestroyVolumes = Join(first.DestroyVolumes, second.DestroyVolumes),
            Exec = Join(first.Exec, second.Exec),
            ExecInput = Join(first.ExecInput, second.ExecInput),
            Watch = second.Watch ?? first.Watch,
            TakenFiles = Join(first.TakenFiles, second.TakenFiles),
            Messages = Join(first.Messages, second.Messages),
            Tokens = Join(first.Tokens, second.Tokens),
            Prune = second.Prune ?? first.Prune,
            Secrets = Join(first.Secrets, second.Secrets),
            Signals = Join(first.Signals, second.Signals),
            Logging = second.Logging ?? first.Logging,
        };
    }

    private static ValueList<T> Join<T>(ValueList<T> first, ValueList<T> second) =>
        first.IsEmpty ? second : second.IsEmpty ? first : [.. first, .. second];
}
