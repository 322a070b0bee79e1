namespace Platform.Api.Marathon.Server;

/// <summary>What a process measures of itself, in the text format of Prometheus.</summary>
public interface IExposition
{
    /// <summary>Families of metrics, each with its HELP and TYPE line.</summary>
    string Write();
}
