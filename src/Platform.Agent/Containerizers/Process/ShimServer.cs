using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Platform.Agent.Processes;

namespace Platform.Agent.Containerizers.Process;

/// <summary>
/// The process that starts supervisors by forking itself ("serve" of Native/shim.c). It is a few pages small, so a fork of it costs a
/// fraction of what executing the supervisor anew costs. It knows nothing, ends with the agent, and is started again if it is killed.
/// </summary>
/// <param name="program">The program.</param>
/// <param name="settings">What applies to all that it starts, as Native/isolate.h describes it.</param>
/// <param name="starts">What each supervisor inherits until it has begun.</param>
internal sealed unsafe class ShimServer(string program, IReadOnlyList<string> settings, StartLock starts) : IDisposable
{
    private readonly Lock _gate = new();
    private int _pid;
    private int _requests = -1;
    private int _answers = -1;

    /// <summary>
    /// Starts a supervisor and returns its process id, a child of this process. Null: the server was killed over it; then the
    /// supervisor has written that it began, or it never will.
    /// </summary>
    /// <param name="arguments">Arguments of the supervisor.</param>
    /// <param name="environment">NAME=VALUE of all variables of the task.</param>
    /// <exception cref="Win32Exception">The machine has no room for a process.</exception>
    public int? Start(IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        var request = Request(arguments, environment);
        lock (_gate)
        {
            if (_pid == 0)
                Launch();
            var answer = 0;
            if (WriteAll(request) && Read(_answers, &answer, sizeof(int)) == sizeof(int))
                return answer > 0 ? answer : throw new Win32Exception(-answer, $"fork: {Libc.Describe(-answer)}");
            // Supervisors keep their end of the answers until they have begun: this waits for the last of them.
            while (Read(_answers, &answer, sizeof(int)) > 0)
            {
            }
            Close();
            return null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
            Close();
    }

    private void Launch()
    {
        var requests = stackalloc int[2];
        var answers = stackalloc int[2];
        if (Libc.Pipe(requests, Libc.CloseOnExec) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        if (Libc.Pipe(answers, Libc.CloseOnExec) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _ = Libc.Close(requests[0]);
            _ = Libc.Close(requests[1]);
            throw new Win32Exception(error);
        }
        (_requests, _answers) = (requests[1], answers[0]);
        try
        {
            _pid = ProcessSpawner.Start(program, [program, "serve", .. settings], [], starts.Descriptor, requests[0], answers[1]);
        }
        catch (Win32Exception)
        {
            Close();
            throw;
        }
        finally
        {
            _ = Libc.Close(requests[0]);
            _ = Libc.Close(answers[1]);
        }
    }

    private void Close()
    {
        if (_requests >= 0)
            _ = Libc.Close(_requests);
        if (_answers >= 0)
            _ = Libc.Close(_answers);
        if (_pid != 0)
        {
            while (Libc.WaitPid(_pid, out _, 0) < 0 && Marshal.GetLastPInvokeError() == Libc.Eintr)
            {
            }
        }
        (_pid, _requests, _answers) = (0, -1, -1);
    }

    private bool WriteAll(byte[] request)
    {
        fixed (byte* start = request)
        {
            for (var done = 0; done < request.Length;)
            {
                var count = Libc.Write(_requests, start + done, request.Length - done);
                if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Eintr)
                    return false;
                done += (int)Math.Max(0, count);
            }
        }
        return true;
    }

    private static nint Read(int descriptor, void* buffer, nint count)
    {
        nint got;
        do
            got = Libc.Read(descriptor, buffer, count);
        while (got < 0 && Marshal.GetLastPInvokeError() == Libc.Eintr);
        return got;
    }

    private static byte[] Request(IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        const int Head = 4 * sizeof(int);
        var texts = arguments.Concat(environment).ToList();
        var bytes = texts.Sum(text => Encoding.UTF8.GetByteCount(text) + 1);
        var request = new byte[Head + bytes];
        ((ReadOnlySpan<int>)[bytes, arguments.Count, environment.Count, 0]).CopyTo(MemoryMarshal.Cast<byte, int>(request.AsSpan()));
        var at = Head;
        foreach (var text in texts)
            at += Encoding.UTF8.GetBytes(text, request.AsSpan(at)) + 1;
        return request;
    }
}
