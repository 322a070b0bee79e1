using System.Text.Json;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>Reads the <c>linuxInfo</c> of a definition, which was checked when that was read.</summary>
internal static class LinuxSettings
{
    /// <summary>
    /// What it says, such as <c>{"seccomp":{"unconfined":true},"ipcInfo":{"mode":"PRIVATE","shmSize":64},"sharePidNamespace":false,
    /// "effectiveCapabilities":["NET_RAW"],"boundingCapabilities":["NET_RAW"]}</c>; null: nothing.
    /// </summary>
    /// <param name="json">The text; null: none was given.</param>
    public static TaskIsolation? Read(string? json)
    {
        if (json is null)
            return null;
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var isolation = new TaskIsolation
        {
            Unconfined = Member(root, "seccomp") is { } seccomp && Flag(seccomp, "unconfined") == true,
            SharesProcesses = Flag(root, "sharePidNamespace"),
            EffectiveCapabilities = Capabilities(root, "effectiveCapabilities"),
            BoundingCapabilities = Capabilities(root, "boundingCapabilities"),
        };
        if (Member(root, "ipcInfo") is { } ipc)
        {
            isolation = isolation with
            {
                PrivateIpc = Member(ipc, "mode") is { } mode && mode.ValueEquals("PRIVATE"),
                SharesIpc = Member(ipc, "mode") is { } shared && shared.ValueEquals("SHARE_PARENT"),
                SharedMemory = Member(ipc, "shmSize") is { } size && size.TryGetDouble(out var megabytes) ? megabytes : null,
            };
        }
        return isolation == new TaskIsolation() ? null : isolation;
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool? Flag(JsonElement element, string name) => Member(element, name) is { } value ? value.ValueKind == JsonValueKind.True : null;

    private static ValueList<string>? Capabilities(JsonElement element, string name) =>
        Member(element, name) is { } list ? list.EnumerateArray().Select(item => LinuxCapabilities.Find(item.GetString()!)).OfType<string>().ToValueList() : null;
}
