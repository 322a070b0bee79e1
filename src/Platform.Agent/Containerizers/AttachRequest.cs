using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers;

/// <summary>A command to run in a container, with its input and output held by the agent.</summary>
/// <param name="Command">What to run; without a user as the task's.</param>
/// <param name="Environment">Variables besides the task's.</param>
/// <param name="Terminal">The size of its terminal; null: it gets none.</param>
internal sealed record AttachRequest(CommandSpec Command, ValueMap<string> Environment, TerminalSize? Terminal);
