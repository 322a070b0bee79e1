using Platform.Contracts.Secrets;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Grains.Apps;

/// <summary>The templates of the definitions that an app makes instances from now.</summary>
internal sealed class AppTemplates(IGrainFactory grains, string owner, AppOptions options)
{
    private readonly Dictionary<string, InstanceTemplate> _templates = new(StringComparer.Ordinal);

    /// <summary>The template of a definition.</summary>
    public async ValueTask<InstanceTemplate> FindAsync(AppTarget target)
    {
        if (_templates.TryGetValue(target.Version, out var template) && template.Target == target)
            return template;
        ValueMap<string> secrets = default;
        if (!target.Spec.Secrets.IsEmpty)
        {
            var sources = await grains.GetGrain<ISecretGrain>(0).ResolveAsync(target.Spec.Secrets.Values.Distinct().ToValueList());
            secrets = target.Spec.Secrets
                .Where(secret => sources.ContainsKey(secret.Value))
                .Select(secret => KeyValuePair.Create(secret.Key, sources[secret.Value].Value))
                .ToValueMap();
        }
        template = InstanceTemplate.For(target, owner, secrets, new(options.EnvPrefix, target.EnforceRole));
        // Values of secrets may change at any time, so they are asked for with each launch.
        if (target.Spec.Secrets.IsEmpty)
        {
            if (_templates.Count > 2)
                _templates.Clear();
            _templates[target.Version] = template;
        }
        return template;
    }
}
