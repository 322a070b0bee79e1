using Microsoft.Extensions.Logging;
using Platform.Contracts.Apps;
using Platform.Contracts.Secrets;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;
using Platform.Grains.Ownership;

namespace Platform.Grains.Secrets;

/// <summary>Keeps secrets sealed, in memory too; a value is opened only for who asks for it. The gate of apps hears of each new value, since that is stored with the note that it has to.</summary>
[KeepAlive, GrainType("secret")]
public sealed partial class SecretGrain(
    [PersistentItems("secrets", "platform")] IPersistentItems<SealedSecret> secrets,
    SecretCipher cipher,
    TimeProvider time,
    ILogger<SecretGrain> logger) : Grain, ISecretGrain
{
    private const int LongestPath = 255;
    private const int LargestValue = 1024 * 1024;

    private readonly HashSet<string> _untold = new(StringComparer.Ordinal);
    private CoalescingWriter? _writer;
    private long _lastChange;
    private bool _isTelling;
    private bool _isGone;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, secret) in secrets.Items)
        {
            _lastChange = Math.Max(_lastChange, secret.Change);
            if (secret.IsUntold)
                _untold.Add(path);
        }
        // Nobody is asked within the activation.
        if (_untold.Count > 0)
            this.RegisterGrainTimer(TellAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isGone = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<string?> PutAsync(string path, SecretText value)
    {
        if (path.Length is 0 or > LongestPath || path.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            return $"a path has 1 to {LongestPath} characters and no white space";
        if (value.Value.Length > LargestValue)
            return $"a value has at most {LargestValue} characters";
        byte[] content;
        try
        {
            content = cipher.Seal(path, value.Value);
        }
        catch (SecretException problem)
        {
            return problem.Message;
        }
        if (IsValueOf(path, value))
            return null;
        // By the clock, so that it grows also when the secret with the greatest number is removed.
        _lastChange = Math.Max(_lastChange + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
        secrets.Set(path, new(content, _lastChange, IsUntold: true));
        _untold.Add(path);
        await WriteAsync();
        LogStored(path);
        TellAsync().Ignore();
        return null;
    }

    // What is stored again as it was is no change: whoever stores it again and again must not roll apps each time.
    private bool IsValueOf(string path, SecretText value)
    {
        if (!secrets.Items.TryGetValue(path, out var secret))
            return false;
        try
        {
            return cipher.Open(path, secret.Content) == value.Value;
        }
        catch (SecretException)
        {
            return false;
        }
    }

    // One call after the other, each with all that is untold then: so the numbers that the gate hears of only grow.
    private async Task TellAsync()
    {
        if (_isTelling)
            return;
        _isTelling = true;
        try
        {
            while (_untold.Count > 0 && !_isGone)
            {
                var told = _untold.Where(secrets.Items.ContainsKey).ToDictionary(path => path, path => secrets.Items[path].Change, StringComparer.Ordinal);
                if (told.Count > 0)
                {
                    var changes = told.ToValueMap();
                    await Insistence.UntilHeardAsync(() => GrainFactory.GetGrain<IGroupGrain>(AppPath.Root).SecretsChangedAsync(changes), () => !_isGone, time, logger);
                    if (_isGone)
                        return;
                }
                // It may have got another value meanwhile, which is told next.
                _untold.RemoveWhere(path => !secrets.Items.TryGetValue(path, out var secret) || (told.TryGetValue(path, out var change) && secret.Change == change));
                foreach (var (path, change) in told)
                {
                    if (secrets.Items.TryGetValue(path, out var secret) && secret.Change == change)
                        secrets.Set(path, secret with { IsUntold = false });
                }
                await WriteAsync();
            }
        }
        finally
        {
            _isTelling = false;
        }
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
    private Task WriteAsync() => (_writer ??= new(StoreAsync)).WriteAsync();

    private async Task StoreAsync()
    {
        try
        {
            await secrets.WriteAsync();
        }
        catch (StorageException)
        {
            _isGone = true;
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
