using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Networking.Registry;

/// <summary>The registry as it was last known, on disk: who begins while the control plane is away begins with it.</summary>
/// <remarks>
/// It is replaced as a whole, so that a crash leaves the old one or the new one. One that cannot be read, or is of another form, is as none. It is readable by
/// its owner only, and no larger than a bound; what would be larger is not kept.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Its log.</param>
/// <param name="mostBytes">The bound. Default 64 MiB, which is some 100,000 endpoints.</param>
public sealed partial class RegistryFile(string path, TimeProvider time, ILogger<RegistryFile> logger, long mostBytes = 64L << 20)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter() },
    };

    private bool _isTooLarge;

    /// <summary>What was kept; null: nothing that can be read.</summary>
    public (IReadOnlyList<ServiceSnapshot> Services, RegistryNodes? Nodes, DateTimeOffset At)? Read()
    {
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > mostBytes)
                return null;
            using var stream = File.OpenRead(path);
            var picture = JsonSerializer.Deserialize<RegistryPicture>(stream, Form);
            if (picture is not { Form: RegistryPicture.CurrentForm })
            {
                LogOther(path, picture?.Form ?? 0);
                return null;
            }
            LogRead(picture.Services.Count, picture.At);
            return (picture.Services, picture.Nodes, picture.At);
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            LogUnreadable(path, failure.Message);
            return null;
        }
    }

    /// <summary>Keeps what is known now. A disk that does not take it is told in the log, and no more.</summary>
    public void Write(ValueList<ServiceSnapshot> services, RegistryNodes? nodes)
    {
        var next = path + ".new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            long length;
            using (var stream = new FileStream(next, options))
            {
                JsonSerializer.Serialize(stream, new RegistryPicture { Form = RegistryPicture.CurrentForm, At = time.GetUtcNow(), Services = services, Nodes = nodes }, Form);
                stream.Flush(flushToDisk: true);
                length = stream.Length;
            }
            if (length <= mostBytes)
            {
                File.Move(next, path, overwrite: true);
                _isTooLarge = false;
                return;
            }
            // One of long ago is worse than none.
            File.Delete(next);
            File.Delete(path);
            if (!_isTooLarge)
                LogTooLarge(length, mostBytes);
            _isTooLarge = true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(path, failure.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Begins with {Count} services of the registry as it was at {At:O}, until the control plane is heard")]
    private partial void LogRead(int count, DateTimeOffset at);

    [LoggerMessage(LogLevel.Information, "{Path} has the registry in form {Form}, which is not read here")]
    private partial void LogOther(string path, int form);

    [LoggerMessage(LogLevel.Warning, "{Path} cannot be read, and is passed over: {Reason}")]
    private partial void LogUnreadable(string path, string reason);

    [LoggerMessage(LogLevel.Warning, "The registry could not be kept in {Path}: {Reason}")]
    private partial void LogNotWritten(string path, string reason);

    [LoggerMessage(LogLevel.Warning, "The registry takes {Length} bytes, more than the {Most} that are kept on disk: who begins while the control plane is away knows nothing")]
    private partial void LogTooLarge(long length, long most);
}
