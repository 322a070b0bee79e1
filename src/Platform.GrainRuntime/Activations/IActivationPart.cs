namespace Platform.GrainRuntime.Activations;

/// <summary>Something of an activation that is read from storage before its grain is activated.</summary>
internal interface IActivationPart
{
    Task LoadAsync();
}
