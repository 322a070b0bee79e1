namespace Platform.Core.Security;

/// <summary>Who asks.</summary>
/// <param name="Uid">The id, such as <c>alice</c>; of a task its <see cref="WorkloadSubject"/>.</param>
/// <param name="Kind">What it is.</param>
[GenerateSerializer, Immutable, Alias("Platform.Identity")]
public sealed record Identity([property: Id(0)] string Uid, [property: Id(1)] IdentityKind Kind)
{
    /// <summary>Somebody who did not say who.</summary>
    public static Identity Anonymous { get; } = new("anonymous", IdentityKind.Anonymous);

    /// <summary>Everybody, where nobody has to log in.</summary>
    public static Identity Local { get; } = new("local", IdentityKind.Local);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        IdentityKind.Anonymous or IdentityKind.Local => Uid,
        IdentityKind.User => $"user {Uid}",
        IdentityKind.Service => $"service account {Uid}",
        IdentityKind.Agent => $"agent {Uid}",
        _ => $"task {Uid}",
    };
}
