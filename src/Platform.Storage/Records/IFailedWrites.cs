namespace Platform.Storage.Records;

/// <summary>Hears of grains whose activation ended because a write failed, so that they are called again: nobody else may have a reason to.</summary>
public interface IFailedWrites
{
    /// <summary>The activation of this grain has ended. Must not block.</summary>
    void Failed(GrainId grain, Exception failure);
}
