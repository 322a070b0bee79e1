using System.Buffers.Binary;
using System.Formats.Tar;
using System.Runtime.InteropServices;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>
/// The program of the container that holds the network of a pod: it waits for ever. It is so small that the agent makes it itself, and needs neither
/// a compiler nor a registry. What it waits in is never returned from, since the first process of a container gets no signal that it does not handle.
/// </summary>
internal static class PauseProgram
{
    /// <summary>Its name in the image.</summary>
    public const string Path = "/pause";

    private const ulong Address = 0x400000;
    private const int FileHeader = 64, ProgramHeader = 56;

    /// <summary>The reference of the image that has it, for this machine.</summary>
    public static string Image => $"platform/pause:1-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The root of the image: a tar with this one file.</summary>
    public static MemoryStream Root()
    {
        var root = new MemoryStream();
        using (var tar = new TarWriter(root, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, Path[1..])
            {
                Mode = (UnixFileMode)0b101_101_101,
                DataStream = new MemoryStream(Executable()),
            });
        }
        root.Position = 0;
        return root;
    }

    /// <summary>An executable of one segment (ELF, 64 bit, little endian): its headers and the code behind them.</summary>
    internal static byte[] Executable()
    {
        var (machine, code) = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (183, Arm64) : (62, Amd64);
        var file = new byte[FileHeader + ProgramHeader + code.Length];
        var at = file.AsSpan();
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(at);
        Half(16, 2); // it is executable
        Half(18, machine);
        Word(20, 1);
        Long(24, Address + FileHeader + ProgramHeader); // where it begins
        Long(32, FileHeader); // where the headers of segments are
        Half(52, FileHeader);
        Half(54, ProgramHeader);
        Half(56, 1); // so many
        Word(FileHeader, 1); // it is loaded
        Word(FileHeader + 4, 5); // to read and to execute
        Long(FileHeader + 16, Address);
        Long(FileHeader + 24, Address);
        Long(FileHeader + 32, (ulong)file.Length);
        Long(FileHeader + 40, (ulong)file.Length);
        Long(FileHeader + 48, 0x1000);
        code.CopyTo(at[(FileHeader + ProgramHeader)..]);
        return file;

        void Half(int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), (ushort)value);
        void Word(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
        void Long(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(offset), value);
    }

    // mov eax, 34 (pause); syscall; jmp to the begin
    private static byte[] Amd64 => [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7];

    // mov x0..x4, 0; mov x8, 73 (ppoll: no files, no limit); svc 0; b to the begin
    private static byte[] Arm64 => MemoryMarshal.AsBytes<uint>([0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004, 0xd2800928, 0xd4000001, 0x17fffff9]).ToArray();
}
