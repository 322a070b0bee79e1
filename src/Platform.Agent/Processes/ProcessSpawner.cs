using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Platform.Agent.Processes;

/// <summary>
/// Starts programs by posix_spawn: the child shares the agent's memory until it executes the program, so that the cost of a
/// start does not grow with the agent. Children begin with default signal handling, in a session of their own, on /dev/null,
/// without any file that this process has open.
/// </summary>
internal static unsafe class ProcessSpawner
{
    /// <summary>Starts a program and returns its process id.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">Its arguments, the program's name first.</param>
    /// <param name="environment">Its whole environment as NAME=VALUE.</param>
    /// <param name="inherited">Open files that it gets as its descriptors 3 and up.</param>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    public static int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, params int[] inherited) =>
        Start(path, arguments, environment, null, inherited);

    /// <summary>The same with standard streams; without them it is on /dev/null.</summary>
    public static int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, StandardStreams? streams, int[] inherited)
    {
        var actions = stackalloc byte[Libc.OpaqueSize];
        var attributes = stackalloc byte[Libc.OpaqueSize];
        var signals = stackalloc byte[Libc.OpaqueSize];
        var argv = Block(arguments);
        var envp = Block(environment);
        var copies = new List<int>();
        _ = Libc.FileActionsInit(actions);
        _ = Libc.SpawnAttributesInit(attributes);
        try
        {
            OpenFiles.KeepToSelf();
            const int ReadOnly = 0, FirstFree = 3, OutOfTheWay = 64;
            if (streams is { Terminal: { } terminal })
            {
                // The first terminal that the leader of a session opens is the one that controls it.
                _ = Libc.FileActionsOpen(actions, 0, terminal, Libc.ReadAndWrite, 0);
                _ = Libc.FileActionsDuplicate(actions, 0, 1);
                _ = Libc.FileActionsDuplicate(actions, 0, 2);
            }
            else if (streams is { } given)
            {
                Pass(given.Input, 0);
                Pass(given.Output, 1);
                Pass(given.Error, 2);
            }
            else
            {
                _ = Libc.FileActionsOpen(actions, 0, "/dev/null", ReadOnly, 0);
                _ = Libc.FileActionsOpen(actions, 1, "/dev/null", Libc.WriteOnly, 0);
                _ = Libc.FileActionsOpen(actions, 2, "/dev/null", Libc.WriteOnly, 0);
            }
            for (var i = 0; i < inherited.Length; i++)
                Pass(inherited[i], FirstFree + i);
            _ = Libc.SpawnAttributesSetFlags(attributes, Libc.SpawnSetSid | Libc.SpawnSetSigDef | Libc.SpawnSetSigMask);
            _ = Libc.SignalSetFill(signals);
            _ = Libc.SpawnAttributesSetSignalDefault(attributes, signals);
            _ = Libc.SignalSetEmpty(signals);
            _ = Libc.SpawnAttributesSetSignalMask(attributes, signals);
            var error = Libc.Spawn(out var pid, path, actions, attributes, argv, envp);
            return error == 0 ? pid : throw new Win32Exception(error, $"{path}: {Libc.Describe(error)}");

            void Pass(int descriptor, int target)
            {
                // From a number that none of them is to get.
                var copy = Libc.Control(descriptor, Libc.DuplicateAbove, OutOfTheWay);
                copies.Add(copy);
                _ = Libc.FileActionsDuplicate(actions, copy, target);
            }
        }
        finally
        {
            _ = Libc.SpawnAttributesDestroy(attributes);
            _ = Libc.FileActionsDestroy(actions);
            foreach (var copy in copies)
                _ = Libc.Close(copy);
            NativeMemory.Free(argv);
            NativeMemory.Free(envp);
        }
    }

    /// <summary>A null-terminated array of C strings in one block, which is freed as one.</summary>
    private static byte** Block(IReadOnlyList<string> texts)
    {
        var size = (texts.Count + 1) * sizeof(byte*);
        foreach (var text in texts)
            size += Encoding.UTF8.GetByteCount(text) + 1;
        var block = (byte**)NativeMemory.Alloc((nuint)size);
        var at = (byte*)(block + texts.Count + 1);
        var end = (byte*)block + size;
        for (var i = 0; i < texts.Count; i++)
        {
            block[i] = at;
            at += Encoding.UTF8.GetBytes(texts[i], new Span<byte>(at, (int)(end - at)));
            *at++ = 0;
        }
        block[texts.Count] = null;
        return block;
    }
}
