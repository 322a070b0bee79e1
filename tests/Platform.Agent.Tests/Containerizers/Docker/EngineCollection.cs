using Platform.Agent.Tests.Testing;

namespace Platform.Agent.Tests.Containerizers.Docker;

/// <summary>Tests that share one engine.</summary>
[CollectionDefinition(Name)]
public sealed class EngineCollection : ICollectionFixture<TestEngine>
{
    public const string Name = "Docker Engine";
}
