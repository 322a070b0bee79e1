using Microsoft.Extensions.Logging;
using Platform.Contracts.Secrets;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Grains.Secrets;

/// <summary>Keeps secrets sealed, in memory too; a value is opened only for who asks for it.</summary>
[GrainType("secret")]
public sealed partial class SecretGrain(
    [PersistentItems("secrets", "platform")] IPersistentItems<SealedSecret> secrets,
    SecretCipher cipher,
    ILogger<SecretGrain> logger) : Grain, ISecretGrain
{
    private const int LongestPath = 255;
    private const int LargestValue = 1024 * 1024;

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<string?> PutAsync(string path, SecretText value)
    {
        if (path.Length is 0 or > LongestPath || path.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            return $"a path has 1 to {LongestPath} characters and no white space";
        if (value.Value.Length > LargestValue)
            return $"a value has at most {LargestValue} characters";
        try
        {
            secrets.Set(path, new(cipher.Seal(path, value.Value)));
        }
        catch (SecretException problem)
        {
            return problem.Message;
        }
        await WriteAsync();
        LogStored(path);
        return null;
    }

    /// <inheritdoc/>
    public async Task<SecretWrite> WriteAsync(string path, SecretText value, bool mustBeNew)
    {
        if (secrets.Items.ContainsKey(path) == mustBeNew)
            return new(Written: false, Problem: null);
        var problem = await PutAsync(path, value);
        return new(problem is null, problem);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(string path)
    {
        if (!secrets.Remove(path))
            return false;
        await WriteAsync();
        LogDeleted(path);
        return true;
    }

    /// <inheritdoc/>
    public Task<ValueList<string>> ListAsync(string prefix = "") => Task.FromResult(
        secrets.Items.Keys.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToValueList());

    /// <inheritdoc/>
    public Task<ValueMap<SecretText>> ResolveAsync(ValueList<string> paths)
    {
        var values = new Dictionary<string, SecretText>(StringComparer.Ordinal);
        for (var i = 0; i < paths.Count; i++)
        {
            if (!secrets.Items.TryGetValue(paths[i], out var secret))
                continue;
            try
            {
                values[paths[i]] = new(cipher.Open(paths[i], secret.Content));
            }
            catch (SecretException problem)
            {
                LogNotOpened(problem.Message);
            }
        }
        return Task.FromResult(values.ToValueMap());
    }

    // What was refused must not come with the next write: the next activation begins from what is stored.
    private async Task WriteAsync()
    {
        try
        {
            await secrets.WriteAsync();
        }
        catch (StorageException)
        {
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(LogLevel.Information, "Secret {Path} stored")]
    private partial void LogStored(string path);

    [LoggerMessage(LogLevel.Information, "Secret {Path} removed")]
    private partial void LogDeleted(string path);

    [LoggerMessage(LogLevel.Error, "{Problem}")]
    private partial void LogNotOpened(string problem);
}
