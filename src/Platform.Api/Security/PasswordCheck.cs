using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Platform.Api.Http;
using Platform.Contracts.Security;

namespace Platform.Api.Security;

/// <summary>Makes hashes of passwords and compares passwords with them, a few at a time: a storm of logins leaves the processors to others.</summary>
internal sealed class PasswordCheck(IGrainFactory grains) : IDisposable
{
    /// <summary>PBKDF2 with HMAC-SHA512, as OWASP advises for it.</summary>
    private const int Iterations = 210_000;

    private const int MostWaiting = 64;

    private readonly PasswordHasher<string> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private string? _nobodys;
    private int _waiting;

    /// <summary>The hash that is stored.</summary>
    public async Task<string> HashAsync(string password) => await TakeTurnAsync(() => _hasher.HashPassword("", password));

    /// <summary>Whether it is the password of the account. It takes as long for one that does not exist.</summary>
    /// <exception cref="ApiException">429: too many were wrong, or too many wait.</exception>
    public async Task<bool> IsRightAsync(string uid, string password)
    {
        var account = grains.GetGrain<ISecurityGrain>(0);
        var attempt = await account.AttemptAsync(uid);
        if (attempt.RestsFor is { } rest)
            throw new ApiException(new(StatusCodes.Status429TooManyRequests, $"too many wrong passwords: try again in {Math.Ceiling(rest.TotalSeconds)} s"));
        _nobodys ??= await HashAsync(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
        var hash = string.IsNullOrEmpty(attempt.Hash) ? _nobodys : attempt.Hash;
        var isRight = await TakeTurnAsync(() => _hasher.VerifyHashedPassword("", hash, password) != PasswordVerificationResult.Failed) && !ReferenceEquals(hash, _nobodys);
        if (isRight)
            await account.LoggedInAsync(uid);
        return isRight;
    }

    public void Dispose() => _turns.Dispose();

    private async Task<T> TakeTurnAsync<T>(Func<T> work)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new ApiException(new(StatusCodes.Status429TooManyRequests, "too many logins at once: try again in a moment"));
        }
        try
        {
            await _turns.WaitAsync();
            try
            {
                return await Task.Run(work);
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
