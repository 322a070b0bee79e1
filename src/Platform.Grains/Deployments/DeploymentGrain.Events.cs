using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.Grains.Events;

namespace Platform.Grains.Deployments;

public sealed partial class DeploymentGrain
{
    // The plan of a large group is written out once, not for each event.
    private string PlanJson
    {
        get
        {
            if (_planJson is null)
            {
                var bytes = new ArrayBufferWriter<byte>();
                using (var json = new Utf8JsonWriter(bytes))
                    DeploymentJson.WritePlan(json, Id, _start!.Version, _start.Plan);
                _planJson = Encoding.UTF8.GetString(bytes.WrittenSpan);
            }
            return _planJson;
        }
    }

    private void PublishStep(string type) =>
        PlatformEvents.Publish(GrainFactory, PlatformEvents.Create(type, time.GetUtcNow(), this, static (json, self) =>
        {
            json.WritePropertyName("plan");
            json.WriteRawValue(self.PlanJson, skipInputValidation: true);
            json.WritePropertyName("currentStep");
            DeploymentJson.WriteStep(json, self.Current);
        }));
}
