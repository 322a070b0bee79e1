namespace Platform.Storage.Records;

/// <summary>A part of a record, with the changes that are staged in it.</summary>
internal abstract class RecordPart(string name)
{
    public string Name { get; } = name;

    public abstract bool IsStaged { get; }

    /// <summary>Takes over what is stored, before the grain is activated.</summary>
    public abstract void Load(StoredRecord stored);

    /// <summary>Moves staged changes into a write.</summary>
    public abstract void Take(RecordChanges changes);

    /// <summary>What was taken is stored.</summary>
    public virtual void Stored()
    {
    }

    /// <summary>What was taken is not stored. Only logs can go on: every other part's grain has shown what is not true.</summary>
    public virtual bool CanTryAgain => false;
}
