namespace Platform.Api.Security;

/// <summary>For whom the work of the moment is done, where the request is far away: what reads and changes apps asks here, and so no way to them is forgotten.</summary>
public static class AccessScope
{
    private static readonly AsyncLocal<Access?> Held = new();

    /// <summary>Whose work it is.</summary>
    /// <exception cref="InvalidOperationException">Nobody said.</exception>
    public static Access Current => Held.Value ?? throw new InvalidOperationException("Nobody knows for whom this is done.");

    /// <summary>From here on, as far as this flow of calls goes, work is done for somebody.</summary>
    public static void Enter(Access access) => Held.Value = access;
}
