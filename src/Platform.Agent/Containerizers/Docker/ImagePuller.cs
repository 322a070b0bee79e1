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

    private readonly ConcurrentDictionary<string, Pull> _pulls = new(StringComparer.Ordinal);

    /// <summary>Brings an image unless it is there.</summary>
    /// <param name="image">The image.</param>
    /// <param name="credentials">Credentials in the form of Docker's config.json; null: none.</param>
    /// <param name="progress">Told how it goes.</param>
    /// <param name="cancellation">Ends the wait; the pull itself ends when nobody waits for it any more.</param>
    /// <exception cref="TaskStartException">It cannot be had, with the registry's own words.</exception>
    public async Task BringAsync(ContainerImage image, string? credentials, Action<string> progress, CancellationToken cancellation)
    {
        // What is pinned is the same whenever it is pulled.
        var reference = ImageReference.Effective(image);
        if ((!image.ForcePull || image.Digest is not null) && await IsThereAsync(reference, cancellation).ConfigureAwait(false))
            return;
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
                await pull.Done.Task.WaitAsync(cancellation).ConfigureAwait(false);
                return;
            }
            finally
            {
                pull.Leave(progress);
            }
        }
    }

    private async Task<bool> IsThereAsync(string reference, CancellationToken cancellation)
    {
        while (true)
        {
            var client = await engine.ClientAsync(cancellation).ConfigureAwait(false);
            try
            {
                await client.Images.InspectImageAsync(reference, cancellation).ConfigureAwait(false);
                return true;
            }
            catch (DockerImageNotFoundException)
            {
                return false;
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
            for (var attempt = 1; ; attempt++)
            {
                var message = await TryAsync(pull, reference, parsed, auth).ConfigureAwait(false);
                if (message is null)
                {
                    _pulls.TryRemove(new(key, pull));
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
            pull.Dispose();
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
        private string? _latest;
        private bool _over;

        public Pull() => Abandoned = _abandoned.Token;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Abandoned { get; }

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
