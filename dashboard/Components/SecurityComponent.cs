using Microsoft.AspNetCore.Components;
using Platform.Api.Acs;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Dashboard.Components;

/// <summary>A page of identities and rights: for who may see them, read again when this process learns that they have changed.</summary>
public abstract class SecurityComponent : LiveComponent
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private DateTimeOffset _read;

    /// <summary>What is known; null: not read yet, or not for this viewer.</summary>
    protected SecurityView? Known { get; private set; }

    /// <summary>Whether this viewer may see it.</summary>
    protected bool MaySee => User.Access.Allows(AccessAction.Read, ResourceId.Identities);

    /// <summary>Changes of identities.</summary>
    [Inject] protected SecurityOperations Operations { get; set; } = null!;

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync() => ReadAsync();

    /// <inheritdoc/>
    protected override async Task<bool> OnChangedAsync()
    {
        // No events tell of these: they are asked for each second, and only while somebody looks.
        if (Viewer.Now - _read < Again)
            return false;
        await ReadAsync();
        return true;
    }

    /// <summary>Reads what is stored now.</summary>
    protected async Task ReadAsync()
    {
        _read = Viewer.Now;
        AccessScope.Enter(User.Access);
        Known = MaySee ? await Operations.ViewAsync() : null;
    }
}
