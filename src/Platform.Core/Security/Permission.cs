namespace Platform.Core.Security;

/// <summary>An action that is allowed on a resource and on all that is below it.</summary>
/// <param name="Resource">A <see cref="ResourceId"/>, or a named role such as <c>platform:role:deployer:/shop</c>.</param>
/// <param name="Action">What is allowed.</param>
[GenerateSerializer, Immutable, Alias("Platform.Permission")]
public sealed record Permission([property: Id(0)] string Resource, [property: Id(1)] AccessAction Action)
{
    /// <summary>Whether it allows this.</summary>
    public bool Allows(AccessAction action, string resource) =>
        (Action == AccessAction.Full || Action == action) && (Resource == ResourceId.Superuser || ResourceId.Covers(Resource, resource));

    /// <inheritdoc/>
    public override string ToString() => $"{Resource} {Action.Name()}";
}
