using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Contracts.Secrets;

/// <summary>The store of secrets, encrypted at rest. Values leave it only for the tasks that use them. Key 0.</summary>
[Alias("Platform.ISecretGrain")]
public interface ISecretGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Stores a value under a path such as <c>shop/db-password</c>; durable when it returns. The problem is returned, or null.</summary>
    [Alias("Put")]
    Task<string?> PutAsync(string path, SecretText value);

    /// <summary>Stores a value on condition that the path has none yet, or that it has one; durable when it returns.</summary>
    [Alias("Write")]
    Task<SecretWrite> WriteAsync(string path, SecretText value, bool mustBeNew);

    /// <summary>Removes a value; false if there is none.</summary>
    [Alias("Delete")]
    Task<bool> DeleteAsync(string path);

    /// <summary>The paths that begin with the prefix, in order; never a value.</summary>
    [Alias("List")]
    Task<ValueList<string>> ListAsync(string prefix = "");

    /// <summary>The values of these paths; a path without a value is left out.</summary>
    [Alias("Resolve")]
    Task<ValueMap<SecretText>> ResolveAsync(ValueList<string> paths);
}
