using Platform.Api.Http;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>The right that an endpoint needs. Every endpoint says which: one that does not is for superusers only.</summary>
/// <param name="Kind">How it is decided.</param>
/// <param name="Describe">For people: what it is about, such as <c>read dcos:...:services:{id}</c>.</param>
/// <param name="Decide">Decides for the values that the path has for the names of its pattern.</param>
public sealed record EndpointRight(EndpointRightKind Kind, string Describe, Func<Access, RouteValue, AccessVerdict> Decide)
{
    /// <summary>It is asked for all the time: the audit log tells of refusals only.</summary>
    public bool IsRoutine { get; init; }

    /// <summary>With <see cref="EndpointRightKind.Routed"/>: who decides.</summary>
    internal ApiRouter? Router { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Describe;
}

/// <summary>What the path of a request has for a name of its pattern; empty if it has nothing.</summary>
public delegate string RouteValue(string name);
