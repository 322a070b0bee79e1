using System.Text;
using Platform.Mesos.Protocol;
using Wire = Platform.Mesos.Wire;

namespace Platform.Api.Tests.Mesos;

/// <summary>Mesos' JSON of its messages.</summary>
public sealed class MesosJsonTests
{
    private static string Write(Google.Protobuf.IMessage message) => Encoding.UTF8.GetString(MesosJson.ToUtf8Bytes(message));

    [Fact]
    public void Names_are_those_of_the_definition_numbers_are_numbers_and_defaults_are_told() => Write(new Wire.FrameworkInfo
    {
        User = "u",
        Name = "n",
        Id = new() { Value = "f" },
        Capabilities = { new Wire.FrameworkInfo.Types.Capability { Type = Wire.FrameworkInfo.Types.Capability.Types.Type.MultiRole } },
    }).ShouldBe("""{"user":"u","name":"n","id":{"value":"f"},"failover_timeout":0,"checkpoint":false,"capabilities":[{"type":"MULTI_ROLE"}]}""");

    [Fact]
    public void Bytes_are_base64_and_64_bits_no_text() =>
        Write(new Wire.TaskStatus
        {
            TaskId = new() { Value = "t" },
            State = Wire.TaskState.TaskRunning,
            Uuid = Google.Protobuf.ByteString.CopyFromUtf8("0123456789abcdef"),
            UnreachableTime = new() { Nanoseconds = 1_700_000_000_000_000_001 },
        }).ShouldBe("""{"task_id":{"value":"t"},"state":"TASK_RUNNING","uuid":"MDEyMzQ1Njc4OWFiY2RlZg==","unreachable_time":{"nanoseconds":1700000000000000001}}""");

    [Theory]
    [InlineData("""{"user":7}""")]
    [InlineData("""{"capabilities":7}""")]
    [InlineData("""[]""")]
    public void What_is_no_such_message_is_refused(string json) => Should.Throw<FormatException>(() => MesosJson.Parse<Wire.FrameworkInfo>(json));

    [Fact]
    public void Fields_that_are_not_known_are_passed_over() =>
        MesosJson.Parse<Wire.FrameworkInfo>("""{"user":"u","name":"n","of_the_future":{"x":[1]}}""").User.ShouldBe("u");
}
