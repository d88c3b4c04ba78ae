using System.Net;
using System.Runtime.InteropServices;

namespace SocketIo.Engine.Epoll;

/// <summary>The system calls of Linux that this transport makes, where their numbers are the same on x64 and ARM64.</summary>
internal static unsafe partial class Libc
{
    public const uint EpollIn = 0x1;
    public const uint EpollOut = 0x4;
    public const uint EpollError = 0x8;
    public const uint EpollHangUp = 0x10;
    public const uint EpollPeerEnded = 0x2000;
    public const uint EpollEdgeTriggered = 1u << 31;

    public const int EpollAdd = 1;
    public const int EpollModify = 3;

    public const int Interrupted = 4; // EINTR
    public const int WouldBlock = 11; // EAGAIN
    public const int BrokenPipe = 32; // EPIPE
    public const int ConnectionAborted = 103; // ECONNABORTED
    public const int ConnectionReset = 104; // ECONNRESET

    public const int ShutdownSend = 1;
    public const int ShutdownBoth = 2;

    private const string Name = "libc";
    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC, SOCK_CLOEXEC, EFD_CLOEXEC
    private const int NonBlocking = 0x800; // SOCK_NONBLOCK, EFD_NONBLOCK
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int AddressFamilyInet = 2;
    private const int AddressFamilyInet6 = 10;

    // sockaddr_in6, the larger of the two
    private const int AddressSize = 28;

    // struct epoll_event is packed on x64 only
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64;

    /// <summary>The size of struct epoll_event, in bytes.</summary>
    public static readonly int EventSize = IsPacked ? 12 : 16;

    private static readonly int DataOffset = IsPacked ? 4 : 8;

    public static bool IsSupported { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    public static int LastError => Marshal.GetLastSystemError();

    public static int CreateEpoll() => ThrowOnFailure(EpollCreate(CloseOnExec));

    public static int CreateEvent() => ThrowOnFailure(EventFd(0, CloseOnExec | NonBlocking));

    public static void Control(int epoll, int operation, int descriptor, uint events)
    {
        var data = stackalloc byte[16];
        *(uint*)data = events;
        *(ulong*)(data + DataOffset) = (uint)descriptor;
        ThrowOnFailure(EpollControl(epoll, operation, descriptor, data));
    }

    public static int Wait(int epoll, byte* events, int count) => EpollWait(epoll, events, count, -1);

    public static int DescriptorOf(byte* events, int index) => (int)*(ulong*)(events + (index * EventSize) + DataOffset);

    public static uint EventsOf(byte* events, int index) => *(uint*)(events + (index * EventSize));

    /// <summary>Accepts a connection; below zero when there is none or on failure.</summary>
    public static int Accept(int listener, out IPEndPoint? remote)
    {
        var address = stackalloc byte[AddressSize];
        var length = AddressSize;
        var accepted = Accept(listener, address, &length, CloseOnExec | NonBlocking);
        remote = accepted < 0 ? null : Parse(new ReadOnlySpan<byte>(address, Math.Min(length, AddressSize)));
        return accepted;
    }

    public static IPEndPoint? LocalEndPoint(int descriptor)
    {
        var address = stackalloc byte[AddressSize];
        var length = AddressSize;
        return GetSocketName(descriptor, address, &length) == 0 ? Parse(new ReadOnlySpan<byte>(address, Math.Min(length, AddressSize))) : null;
    }

    /// <summary>Bytes received; zero when the peer has ended; below zero on failure.</summary>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
            return (int)Receive(descriptor, bytes, (nuint)buffer.Length, 0);
    }

    /// <summary>Whether the peer has ended or reset the connection, be there bytes to receive before the end or not.</summary>
    public static bool HasPeerEnded(int descriptor)
    {
        // struct pollfd: the descriptor, the events asked for, and those that are there
        var polled = stackalloc int[] { descriptor, (int)EpollPeerEnded };
        return Poll(polled, 1, timeout: 0) > 0;
    }

    /// <summary>Bytes taken over, maybe fewer than given; below zero on failure.</summary>
    public static int Send(int descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
            return (int)Send(descriptor, bytes, (nuint)data.Length, NoSignal);
    }

    public static void Signal(int eventDescriptor)
    {
        ulong one = 1;
        _ = Write(eventDescriptor, &one, sizeof(ulong));
    }

    /// <summary>The system's number of the calling thread.</summary>
    [LibraryImport(Name, EntryPoint = "gettid")]
    public static partial int ThreadId();

    /// <summary>Whether a thread of this process waits for something; else it computes, or would if it had a processor.</summary>
    public static bool IsWaiting(int thread)
    {
        try
        {
            // proc(5): the state comes behind the name, which may hold anything but ends with the last parenthesis
            var stat = File.ReadAllText($"/proc/self/task/{thread}/stat");
            return stat.LastIndexOf(')') is var name and > 0 && name + 2 < stat.Length && stat[name + 2] != 'R';
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport(Name, EntryPoint = "shutdown")]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport(Name, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static IPEndPoint? Parse(ReadOnlySpan<byte> address)
    {
        if (address.Length < 16)
            return null;
        var port = (address[2] << 8) | address[3];
        return MemoryMarshal.Read<ushort>(address) switch
        {
            AddressFamilyInet => new IPEndPoint(new IPAddress(address.Slice(4, 4)), port),
            AddressFamilyInet6 when address.Length >= AddressSize => new IPEndPoint(
                new IPAddress(address.Slice(8, 16), MemoryMarshal.Read<uint>(address[24..])), port),
            _ => null,
        };
    }

    private static int ThrowOnFailure(int result) => result < 0 ? throw new IOException(Describe(LastError)) : result;

    [LibraryImport(Name, EntryPoint = "epoll_create1")]
    private static partial int EpollCreate(int flags);

    [LibraryImport(Name, EntryPoint = "epoll_ctl")]
    private static partial int EpollControl(int epoll, int operation, int descriptor, byte* data);

    [LibraryImport(Name, EntryPoint = "epoll_wait")]
    private static partial int EpollWait(int epoll, byte* events, int count, int timeout);

    // an error and a hang-up are reported unasked; the events have the same numbers as those of epoll
    [LibraryImport(Name, EntryPoint = "poll")]
    private static partial int Poll(int* polled, nuint count, int timeout);

    [LibraryImport(Name, EntryPoint = "eventfd")]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport(Name, EntryPoint = "accept4")]
    private static partial int Accept(int descriptor, byte* address, int* length, int flags);

    [LibraryImport(Name, EntryPoint = "getsockname")]
    private static partial int GetSocketName(int descriptor, byte* address, int* length);

    [LibraryImport(Name, EntryPoint = "recv")]
    private static partial nint Receive(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport(Name, EntryPoint = "send")]
    private static partial nint Send(int descriptor, byte* data, nuint length, int flags);

    [LibraryImport(Name, EntryPoint = "write")]
    private static partial nint Write(int descriptor, void* data, nuint length);
}
