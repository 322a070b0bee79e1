using System.Collections.Concurrent;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Brings images to this machine: once for all tasks that ask for the same at a time.</summary>
internal sealed class ImagePuller(DockerEngine engine, TimeProvider time, ILogger logger)
{
    private const int Attempts = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Pull> _pulls = new(StringComparer.Ordinal);

    /// <summary>Brings an image unless it is there.</summary>
    /// <param name="image">The image.</param>
    /// <param name="credentials">Credentials in the form of Docker's config.json; null: none.</param>
    /// <param name="progress">Told how it goes.</param>
    /// <param name="found">Told what it is, as in <see cref="TaskUpdate.Image"/>, as soon as that is known; not if it is pinned.</param>
    /// <param name="cancellation">Ends the wait; the pull itself ends when nobody waits for it any more.</param>
    /// <returns>What it is.</returns>
    /// <exception cref="TaskStartException">It cannot be had, with the registry's own words.</exception>
    public async Task<string> BringAsync(ContainerImage image, string? credentials, Action<string> progress, Action<string> found, CancellationToken cancellation)
    {
        // What is pinned is the same whenever it is pulled.
        if (image.Digest is not null)
        {
            var pinned = ImageReference.Effective(image);
            if (await InspectAsync(pinned, cancellation).ConfigureAwait(false) is null)
                await PullAsync(pinned, credentials, progress, null, cancellation).ConfigureAwait(false);
            return ImageReference.Told(image.Reference, image.Digest);
        }
        if (!image.ForcePull && await LocalAsync(image.Reference, cancellation).ConfigureAwait(false) is { } local)
        {
            found(local);
            return local;
        }
        string? told = null;
        await PullAsync(image.Reference, credentials, progress, digest => found(told = ImageReference.Told(image.Reference, digest)), cancellation).ConfigureAwait(false);
        if (told is null)
        {
            told = await LocalAsync(image.Reference, cancellation).ConfigureAwait(false) ?? image.Reference;
            found(told);
        }
        // The name may have got another meaning between the answer and the pull. What was told is what runs.
        if (image.PinnedTo(told) is { Digest: not null } known)
            await BringAsync(known, credentials, progress, found, cancellation).ConfigureAwait(false);
        return told;
    }

    /// <summary>What an image is, as in <see cref="TaskUpdate.Image"/>: here if it is here and may be used as it is, else in its registry; null: it does not say.</summary>
    public async Task<string?> FindAsync(ContainerImage image, string? credentials, CancellationToken cancellation)
    {
        if (!image.ForcePull && await LocalAsync(image.Reference, cancellation).ConfigureAwait(false) is { } local)
            return local;
        try
        {
            var auth = credentials is null ? null : RegistryCredentials.Find(credentials, ImageReference.Parse(image.Reference).Registry);
            return await AskRegistryAsync(image.Reference, auth, cancellation).ConfigureAwait(false) is { } digest ? ImageReference.Told(image.Reference, digest) : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    // Once for all that ask for the same at a time. "found" is told the digest as soon as the registry has said it.
    private async Task PullAsync(string reference, string? credentials, Action<string> progress, Action<string>? found, CancellationToken cancellation)
    {
        var key = $"{reference}\n{credentials}";
        while (true)
        {
            var fresh = new Pull();
            var pull = _pulls.GetOrAdd(key, fresh);
            if (pull != fresh)
                fresh.Dispose();
            if (!pull.Join(progress))
            {
                // It is being given up just now.
                await Task.Yield();
                continue;
            }
            if (pull == fresh)
                _ = RunAsync(key, pull, reference, credentials);
            try
            {
                if (found is not null && await pull.Digest.WaitAsync(cancellation).ConfigureAwait(false) is { } digest)
                    found(digest);
                await pull.Done.Task.WaitAsync(cancellation).ConfigureAwait(false);
                return;
            }
            finally
            {
                pull.Leave(progress);
            }
        }
    }

    private async Task<string?> LocalAsync(string reference, CancellationToken cancellation) =>
        await InspectAsync(reference, cancellation).ConfigureAwait(false) is { } here ? ImageReference.Told(reference, ImageReference.DigestOf(reference, here.RepoDigests ?? [])) : null;

    private async Task<ImageInspectResponse?> InspectAsync(string reference, CancellationToken cancellation)
    {
        while (true)
        {
            var client = await engine.ClientAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await client.Images.InspectImageAsync(reference, cancellation).ConfigureAwait(false);
            }
            catch (DockerImageNotFoundException)
            {
                return null;
            }
            catch (DockerApiException e)
            {
                throw Failure(reference, PullFailure.MessageOf(e), PullFailure.Of(e.Message).Kind);
            }
            catch (Exception e) when (DockerEngine.IsGone(e) && !cancellation.IsCancellationRequested)
            {
                engine.Suspect();
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task RunAsync(string key, Pull pull, string reference, string? credentials)
    {
        try
        {
            var parsed = ImageReference.Parse(reference);
            var auth = credentials is null ? null : RegistryCredentials.Find(credentials, parsed.Registry);
            var pause = FirstPause;
            // Beside the pull, which says the digest at its end only: others wait for it, and this one loses no time.
            pull.Find(reference.Contains('@', StringComparison.Ordinal) ? Task.FromResult<string?>(null) : AskRegistryAsync(reference, auth, pull.Abandoned));
            for (var attempt = 1; ; attempt++)
            {
                var message = await TryAsync(pull, reference, parsed, auth).ConfigureAwait(false);
                if (message is null)
                {
                    _pulls.TryRemove(new(key, pull));
                    // It is here, so that nobody need wait for the registry to say what it is.
                    pull.Find(Task.FromResult<string?>(null));
                    pull.Done.TrySetResult();
                    return;
                }
                var failure = PullFailure.Of(message);
                logger.LogWarning("Image {Image} could not be pulled ({Kind}), attempt {Attempt}: {Reason}", reference, failure.Kind, attempt, message);
                if (!failure.IsPassing || attempt == Attempts)
                    throw Failure(reference, message, failure.Kind);
                pull.Tell($"Pulling {reference} again in {pause.TotalSeconds} s: {message}");
                await Task.Delay(pause, time, pull.Abandoned).ConfigureAwait(false);
                pause *= 2;
            }
        }
        catch (Exception e)
        {
            _pulls.TryRemove(new(key, pull));
            if (e is OperationCanceledException)
                pull.Done.TrySetCanceled();
            else if (e is System.Text.Json.JsonException)
                pull.Done.TrySetException(Failure(reference, e.Message, "its credentials cannot be read"));
            else
                pull.Done.TrySetException(e);
            // Who has left does not look.
            _ = pull.Done.Task.Exception;
        }
        finally
        {
            pull.Find(Task.FromResult<string?>(null));
            pull.Dispose();
        }
    }

    /// <summary>The digest that an image has in its registry at this moment; null: it does not say, and the pull will say why.</summary>
    private async Task<string?> AskRegistryAsync(string reference, AuthConfig? auth, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await engine.ClientAsync(either.Token).ConfigureAwait(false);
            using var client = engine.ClientOf(auth);
            var answer = await client.Distribution.InspectAsync(reference, either.Token).ConfigureAwait(false);
            return answer.Descriptor?.Digest is { Length: > 0 } digest ? digest : null;
        }
        catch (Exception e) when (e is DockerApiException or OperationCanceledException || DockerEngine.IsGone(e))
        {
            logger.LogDebug("The registry does not say what {Image} is: {Reason}", reference, PullFailure.MessageOf(e));
            return null;
        }
    }

    private async Task<string?> TryAsync(Pull pull, string reference, ImageReference parsed, AuthConfig? auth)
    {
        try
        {
            var client = await engine.ClientAsync(pull.Abandoned).ConfigureAwait(false);
            logger.LogInformation("Pulling image {Image}", reference);
            pull.Tell($"Pulling {reference}");
            var progress = new PullProgress(reference, pull.Tell, time, ProgressPeriod);
            await client.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = parsed.Repository, Tag = parsed.Tag }, auth, progress, pull.Abandoned).ConfigureAwait(false);
            return progress.Error;
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (Exception e) when (e is DockerApiException || DockerEngine.IsGone(e))
        {
            if (e is not DockerApiException)
                engine.Suspect();
            return PullFailure.MessageOf(e);
        }
    }

    private static TaskStartException Failure(string reference, string message, string kind) =>
        new(TaskReasons.LaunchFailed, $"The image {reference} could not be pulled, {kind}: {message}");

    /// <summary>One pull and all who wait for it.</summary>
    private sealed class Pull : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly List<Action<string>> _waiting = [];
        private readonly CancellationTokenSource _abandoned = new();
        private readonly TaskCompletionSource<string?> _digest = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private string? _latest;
        private bool _over;

        public Pull() => Abandoned = _abandoned.Token;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Abandoned { get; }

        /// <summary>What it is in its registry; null: not known, or the image was here first.</summary>
        public Task<string?> Digest => _digest.Task;

        /// <summary>The first answer counts.</summary>
        public void Find(Task<string?> answer) => answer.ContinueWith(
            one => _digest.TrySetResult(one.IsCompletedSuccessfully ? one.Result : null), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        public bool Join(Action<string> progress)
        {
            lock (_gate)
            {
                if (_over || _abandoned.IsCancellationRequested)
                    return false;
                _waiting.Add(progress);
            }
            if (_latest is { } said)
                progress(said);
            return true;
        }

        public void Leave(Action<string> progress)
        {
            lock (_gate)
            {
                _waiting.Remove(progress);
                if (_waiting.Count == 0 && !_over)
                    _abandoned.Cancel();
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _over = true;
                _abandoned.Dispose();
            }
        }

        public void Tell(string message)
        {
            Action<string>[] all;
            lock (_gate)
                all = [.. _waiting];
            _latest = message;
            foreach (var one in all)
                one(message);
        }
    }
}
