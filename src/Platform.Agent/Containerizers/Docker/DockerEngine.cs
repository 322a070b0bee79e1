using System.Net.Sockets;
using Docker.DotNet;
using Microsoft.Extensions.Logging;
using Platform.Core.Collections;
using AuthConfig = Docker.DotNet.Models.AuthConfig;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>The engine on this machine: whether it answers, and the client that speaks its version.</summary>
/// <remarks>The engine may come and go. Whoever needs it waits for it; nothing else of the agent notices.</remarks>
internal sealed class DockerEngine : IDisposable
{
    /// <summary>The newest version of the engine's API that the client library knows (Docker.DotNet.Enhanced 4.3).</summary>
    private static readonly Version Newest = new(1, 54);

    private static readonly TimeSpan LookWhenGone = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookWhenThere = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly Uri _endpoint;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private TaskCompletionSource<DockerClient> _there = NewWait();
    private TaskCompletionSource _look = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ContainerizerFingerprint _fingerprint;

    /// <param name="endpoint">Its address, such as unix:///var/run/docker.sock.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when it comes and goes.</param>
    public DockerEngine(Uri endpoint, TimeProvider time, ILogger logger)
    {
        (_endpoint, _time, _logger) = (endpoint, time, logger);
        _fingerprint = Gone("it was not asked yet");
    }

    /// <summary>Raised when it came or went.</summary>
    public event Action? Changed;

    /// <summary>What it is, or why it is not there.</summary>
    public ContainerizerFingerprint Fingerprint => _fingerprint;

    /// <summary>The folder where it keeps its images; null: not known.</summary>
    public string? RootFolder { get; private set; }

    /// <summary>Its address.</summary>
    public Uri Endpoint => _endpoint;

    /// <summary>The version of the API that is spoken with it; null: it is not there.</summary>
    public Version? ApiVersion { get; private set; }

    /// <summary>A client that speaks its version; waits until it is there.</summary>
    public async ValueTask<DockerClient> ClientAsync(CancellationToken cancellation)
    {
        Task<DockerClient> there;
        lock (_gate)
            there = _there.Task;
        return there.IsCompletedSuccessfully ? there.Result : await there.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>A client of its own for a question that the engine asks a registry, with who asks; to be disposed of.</summary>
    /// <param name="auth">Credentials; null: none.</param>
    public DockerClient ClientOf(AuthConfig? auth)
    {
        var builder = new DockerClientBuilder().WithEndpoint(_endpoint).WithApiVersion(ApiVersion ?? Newest);
        return (auth is null ? builder : builder.WithHeader("X-Registry-Auth", RegistryCredentials.Header(auth))).Build();
    }

    /// <summary>The client if the engine is there now.</summary>
    public DockerClient? ClientIfThere
    {
        get
        {
            lock (_gate)
                return _there.Task.IsCompletedSuccessfully ? _there.Task.Result : null;
        }
    }

    /// <summary>True if an exception means that the engine does not answer.</summary>
    public static bool IsGone(Exception exception) =>
        exception is HttpRequestException or SocketException or IOException or TimeoutException or ObjectDisposedException
        || exception.InnerException is { } inner && IsGone(inner);

    /// <summary>Somebody found that it does not answer: looks at once, and until it answers again nobody gets a client.</summary>
    public void Suspect()
    {
        lock (_gate)
            _look.TrySetResult();
    }

    /// <summary>Looks once: asks for its version, and settles on the newest that both sides know.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            if (_endpoint.Scheme == "unix" && !File.Exists(_endpoint.LocalPath))
            {
                Lose($"there is no socket {_endpoint.LocalPath}");
                return;
            }
            if (ClientIfThere is { } known)
            {
                await known.System.PingAsync(either.Token).ConfigureAwait(false);
                return;
            }
            // Without a version the engine answers in its own newest, whatever that is.
            using var asking = new DockerClientBuilder().WithEndpoint(_endpoint).Build();
            var version = await asking.System.GetVersionAsync(either.Token).ConfigureAwait(false);
            if (!Version.TryParse(version.APIVersion, out var offered))
                offered = Newest;
            var spoken = offered < Newest ? offered : Newest;
            var client = new DockerClientBuilder().WithEndpoint(_endpoint).WithApiVersion(spoken).Build();
            var facts = await client.System.GetSystemInfoAsync(either.Token).ConfigureAwait(false);
            RootFolder = facts.DockerRootDir;
            Find(client, spoken, version.Version, facts.Driver, facts.CgroupDriver);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            Lose($"it did not answer within {AnswerLimit.TotalSeconds} s");
        }
        catch (Exception e) when (e is DockerApiException || IsGone(e))
        {
            Lose((e.InnerException ?? e).Message);
        }
    }

    /// <summary>Looks again and again until cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Task suspected;
                lock (_gate)
                {
                    if (_look.Task.IsCompleted)
                        _look = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    suspected = _look.Task;
                }
                await LookAsync(cancellation).ConfigureAwait(false);
                var there = ClientIfThere is not null;
                var pause = Task.Delay(there ? LookWhenThere : LookWhenGone, _time, cancellation);
                await Task.WhenAny(pause, there ? suspected : pause).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    public void Dispose() => ClientIfThere?.Dispose();

    private void Find(DockerClient client, Version spoken, string version, string storage, string cgroups)
    {
        lock (_gate)
        {
            ApiVersion = spoken;
            _fingerprint = new(true, $"Docker Engine {version}, storage {storage}, cgroups by {cgroups}, API {spoken}")
            {
                Attributes = ValueMap.Create(("docker", version), ("docker_storage", storage)),
            };
            _there.TrySetResult(client);
        }
        _logger.LogInformation("Containers are run by {Engine}", _fingerprint.Description);
        Changed?.Invoke();
    }

    private void Lose(string reason)
    {
        DockerClient? lost;
        lock (_gate)
        {
            lost = _there.Task.IsCompletedSuccessfully ? _there.Task.Result : null;
            _fingerprint = Gone(reason);
            if (lost is null)
                return;
            ApiVersion = null;
            _there = NewWait();
        }
        _logger.LogWarning("The Docker Engine at {Endpoint} is gone, its tasks are taken up when it is back: {Reason}", _endpoint, reason);
        // Not disposed of: what still waits for an answer of it ends with its connection.
        Changed?.Invoke();
    }

    private ContainerizerFingerprint Gone(string reason) => new(false, $"no Docker Engine at {_endpoint}: {reason}");

    private static TaskCompletionSource<DockerClient> NewWait() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
