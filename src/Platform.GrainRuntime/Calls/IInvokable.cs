namespace Platform.GrainRuntime;

/// <summary>A method and its arguments.</summary>
public interface IInvokable
{
    /// <summary>The method's name.</summary>
    string GetMethodName();

    /// <summary>The grain interface's name.</summary>
    string GetInterfaceName();

    /// <summary>How many arguments there are.</summary>
    int GetArgumentCount();

    /// <summary>One argument, counted from 0.</summary>
    object? GetArgument(int index);

    /// <summary>Replaces one argument, counted from 0.</summary>
    void SetArgument(int index, object? value);
}
