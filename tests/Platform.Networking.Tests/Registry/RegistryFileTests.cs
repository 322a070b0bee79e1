using Microsoft.Extensions.Logging.Abstractions;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.Registry;

namespace Platform.Networking.Tests.Registry;

/// <summary>The registry on disk.</summary>
public sealed class RegistryFileTests : IDisposable
{
    private static readonly ValueList<ServiceSnapshot> Services =
    [
        new("web.shop.marathon", 7,
        [
            new()
            {
                Id = "one",
                Framework = "marathon",
                Name = "web.shop",
                DiscoveryName = "web.shop",
                AgentId = "a1",
                AgentAddresses = ["10.0.0.1"],
                Addresses = ["172.17.0.2"],
                Ports = [new() { Name = "http", HostPort = 31000, ContainerPort = 80, ServicePort = 10000, Labels = ValueMap.Create(("VIP_0", "/web:80")) }],
                State = EndpointState.Draining,
                Weight = 3,
                Labels = ValueMap.Create(("a", "b")),
                Owner = "app:/shop/web",
                Version = "v1",
                Share = 12.5,
            },
        ]),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("registry-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "registry.json");

    [Fact]
    public void What_is_kept_is_read_again_as_it_was()
    {
        var file = File();
        file.Read().ShouldBeNull();
        var nodes = new RegistryNodes(["10.0.0.9:5050"], ["10.0.0.1"]);
        file.Write(Services, nodes);
        var read = File().Read()!.Value;
        read.Services.ShouldBe(Services);
        read.Nodes.ShouldBe(nodes);
        Directory.GetFiles(_folder).ShouldBe([Path]);
        if (!OperatingSystem.IsWindows())
            System.IO.File.GetUnixFileMode(Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void What_cannot_be_read_or_is_of_another_form_is_as_none()
    {
        File().Write(Services, null);
        var text = System.IO.File.ReadAllText(Path);
        foreach (var broken in (string[])["", "{", "null", text[..(text.Length / 2)], text.Replace("\"form\":1", "\"form\":2", StringComparison.Ordinal)])
        {
            System.IO.File.WriteAllText(Path, broken);
            File().Read().ShouldBeNull();
        }
        File().Write(Services, null);
        File().Read()!.Value.Services.ShouldBe(Services);
    }

    [Fact]
    public void What_would_be_too_large_is_not_kept_and_neither_is_what_was_there()
    {
        File().Write(Services, null);
        File(mostBytes: 100).Write(Services, null);
        Directory.GetFiles(_folder).ShouldBeEmpty();
        // Nor is one read that somebody else has left.
        System.IO.File.WriteAllText(Path, new string(' ', 101));
        File(mostBytes: 100).Read().ShouldBeNull();
    }

    [Fact]
    public void A_disk_that_does_not_take_it_leaves_the_old_one()
    {
        File().Write(Services, null);
        Directory.CreateDirectory(Path + ".new");
        File().Write([], null);
        File().Read()!.Value.Services.ShouldBe(Services);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private RegistryFile File(long mostBytes = 1 << 20) => new(Path, TimeProvider.System, NullLogger<RegistryFile>.Instance, mostBytes);
}
