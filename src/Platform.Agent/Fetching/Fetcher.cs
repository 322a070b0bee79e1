using Microsoft.Extensions.Logging;
using Platform.Agent.Sandboxes;
using Platform.Agent.Tasks;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Fetching;

/// <summary>Brings files into sandboxes before tasks start.</summary>
internal sealed class Fetcher : IDisposable
{
    private readonly HttpClient _http;
    private readonly FetchCache _cache;
    private readonly ILogger _logger;

    /// <param name="cache">Files that tasks share.</param>
    /// <param name="stallTimeout">A download that brings nothing for this long has failed. Default of Mesos: 1 minute.</param>
    /// <param name="logger">The log.</param>
    public Fetcher(FetchCache cache, TimeSpan stallTimeout, ILogger logger)
    {
        _cache = cache;
        _logger = logger;
        StallTimeout = stallTimeout;
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = stallTimeout }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private TimeSpan StallTimeout { get; }

    /// <summary>Fetches all, one after another.</summary>
    /// <param name="specs">What.</param>
    /// <param name="sandbox">Where to.</param>
    /// <param name="budget">How much it may be, all together.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TaskStartException">One could not be fetched or extracted.</exception>
    public async Task FetchAsync(ValueList<FetchSpec> specs, string sandbox, FetchBudget budget, CancellationToken cancellation)
    {
        foreach (var spec in (IEnumerable<FetchSpec>)specs)
        {
            try
            {
                await FetchAsync(spec, sandbox, budget, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or UnauthorizedAccessException or InvalidDataException
                or OperationCanceledException or NotSupportedException or ArgumentException)
            {
                var why = e is OperationCanceledException ? $"nothing arrived for {StallTimeout.TotalSeconds:0} s" : e.Message;
                throw new TaskStartException(TaskReasons.FetchFailed, $"Failed to fetch {spec.Uri}: {why}");
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task FetchAsync(FetchSpec spec, string sandbox, FetchBudget budget, CancellationToken cancellation)
    {
        var name = FileName(spec);
        var target = Confinement.ForWriting(sandbox, spec.DestPath ?? name) ?? throw new IOException("the destination is outside of the sandbox");
        var archive = spec.Extract && !spec.Executable ? ArchiveKinds.Of(name) ?? ArchiveKinds.Of(Path.GetFileName(target)) : null;
        if (spec.Cache)
        {
            using var shared = await _cache.GetAsync(spec.Uri, file => BringAsync(spec.Uri, file, new(_cache.Capacity, "--cache-size"), cancellation), cancellation).ConfigureAwait(false);
            if (archive is { } kind)
                await ExtractSharedAsync(kind, shared, name, Path.GetDirectoryName(target)!, budget, cancellation).ConfigureAwait(false);
            else
                await CopyAsync(shared.Path, target, budget, cancellation).ConfigureAwait(false);
        }
        else
        {
            await BringAsync(spec.Uri, target, budget, cancellation).ConfigureAwait(false);
            // As in Mesos the archive stays beside what was in it.
            if (archive is { } kind)
                await ExtractAsync(kind, target, name, budget, cancellation).ConfigureAwait(false);
        }
        if (File.Exists(target))
        {
            var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            if (spec.Executable)
                mode |= UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(target, mode);
        }
        _logger.LogInformation("Fetched {Uri} to {Target}", spec.Uri, target);
    }

    private static async Task ExtractAsync(ArchiveKind kind, string archive, string name, FetchBudget budget, CancellationToken cancellation)
    {
        try
        {
            await ArchiveExtraction.ExtractAsync(kind, archive, name, Path.GetDirectoryName(archive)!, budget, cancellation).ConfigureAwait(false);
        }
        catch (FetchLimitException)
        {
            File.Delete(archive);
            throw;
        }
    }

    private static async Task ExtractSharedAsync(ArchiveKind kind, FetchCache.Lease shared, string name, string folder, FetchBudget budget, CancellationToken cancellation)
    {
        try
        {
            await ArchiveExtraction.ExtractAsync(kind, shared.Path, name, folder, budget, cancellation).ConfigureAwait(false);
        }
        catch (DamagedArchiveException)
        {
            // Else a fault of one download, or of the server's file, would stay when it is long mended there.
            shared.Discard();
            throw;
        }
    }

    // What is too large leaves nothing.
    private async Task BringAsync(string uri, string target, FetchBudget budget, CancellationToken cancellation)
    {
        try
        {
            await LoadAsync(uri, target, budget, cancellation).ConfigureAwait(false);
        }
        catch (FetchLimitException)
        {
            File.Delete(target);
            throw;
        }
    }

    private static async Task CopyAsync(string source, string target, FetchBudget budget, CancellationToken cancellation)
    {
        await using var from = File.OpenRead(source);
        await using (var to = new FileStream(target, FileMode.Create, FileAccess.Write))
            await budget.CopyAsync(from, to, Path.GetDirectoryName(target)!, cancellation).ConfigureAwait(false);
        File.SetUnixFileMode(target, File.GetUnixFileMode(source));
    }

    private async Task LoadAsync(string uri, string target, FetchBudget budget, CancellationToken cancellation)
    {
        if (uri.StartsWith('/') || uri.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
        {
            var source = uri.StartsWith('/') ? uri : new Uri(uri).LocalPath;
            if (!File.Exists(source))
                throw new FileNotFoundException($"there is no file {source} on this agent");
            await CopyAsync(source, target, budget, cancellation).ConfigureAwait(false);
            return;
        }
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new NotSupportedException("only http, https and file addresses and absolute paths can be fetched");
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(StallTimeout);
        using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new IOException($"the server answered with HTTP status {(int)response.StatusCode}");
        using var content = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        using var file = new FileStream(target, FileMode.Create, FileAccess.Write);
        var buffer = new byte[128 * 1024];
        long total = 0;
        int count;
        while ((count = await content.ReadAsync(buffer, stall.Token).ConfigureAwait(false)) > 0)
        {
            stall.CancelAfter(StallTimeout);
            budget.Take(Path.GetDirectoryName(target)!, count);
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            total += count;
        }
        if (response.Content.Headers.ContentLength is { } length && length != total)
            throw new IOException($"the connection ended after {total} of {length} bytes");
    }

    private static string FileName(FetchSpec spec)
    {
        var path = Uri.TryCreate(spec.Uri, UriKind.Absolute, out var address) ? address.AbsolutePath : spec.Uri;
        var name = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
        if (name.Length == 0 && spec.DestPath is { Length: > 0 } destination)
            return Path.GetFileName(destination);
        if (name.Length == 0 || name is "." or ".." || name.Contains('/') || name.Contains('\0'))
            throw new IOException("the address does not end in a file name; give destPath");
        return name;
    }
}
