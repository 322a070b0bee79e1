/* The kernel's calls without a library: numbers, constants and the way in, for x86-64 and aarch64. */

typedef long word;
typedef unsigned long uword;

#if defined(__x86_64__)
enum { SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_mmap = 9, SYS_munmap = 11, SYS_rt_sigaction = 13, SYS_ioctl = 16, SYS_dup2 = 33,
       SYS_nanosleep = 35, SYS_getpid = 39, SYS_clone = 56, SYS_execve = 59, SYS_exit = 60, SYS_wait4 = 61, SYS_kill = 62, SYS_chdir = 80,
       SYS_getuid = 102, SYS_getgid = 104, SYS_setuid = 105, SYS_setgid = 106, SYS_setsid = 112, SYS_setgroups = 116, SYS_capset = 126, SYS_statfs = 137, SYS_prctl = 157,
       SYS_mount = 165, SYS_getdents64 = 217, SYS_openat = 257, SYS_fchownat = 260, SYS_readlinkat = 267, SYS_unshare = 272, SYS_setns = 308, SYS_seccomp = 317,
       SYS_close_range = 436, SYS_mount_setattr = 442,
       SYS_pread64 = 17, SYS_setitimer = 38, SYS_sendfile = 40, SYS_fcntl = 72, SYS_flock = 73, SYS_ftruncate = 77, SYS_clock_gettime = 228, SYS_unlinkat = 263,
       SYS_ppoll = 271, SYS_utimensat = 280, SYS_fallocate = 285, SYS_renameat2 = 316, SYS_statx = 332 };
enum { O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000, SA_RESTORER = 0x04000000 };

static word syscall6(word number, word a, word b, word c, word d, word e, word f)
{
    word result;
    register word r10 __asm__("r10") = d;
    register word r8 __asm__("r8") = e;
    register word r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return result;
}

static word duplicate(word from, word to) { return syscall6(SYS_dup2, from, to, 0, 0, 0, 0); }

/* run_child(function, argument, top of its stack): clone with CLONE_VM | CLONE_VFORK | SIGCHLD. The child must not return. */
__asm__("run_child:\n mov %rdi,%r8\n mov %rsi,%r9\n mov %rdx,%rsi\n mov $0x4111,%edi\n xor %edx,%edx\n xor %r10d,%r10d\n mov $56,%eax\n"
        " syscall\n test %rax,%rax\n jnz 1f\n xor %ebp,%ebp\n mov %r9,%rdi\n call *%r8\n ud2\n1: ret\n");

/* The way back from a handler of signals. */
__asm__("end_handler:\n mov $15,%eax\n syscall\n");

__asm__(".globl _start\n_start:\n xor %rbp,%rbp\n mov %rsp,%rdi\n and $-16,%rsp\n call run\n");
#elif defined(__aarch64__)
enum { SYS_dup3 = 24, SYS_ioctl = 29, SYS_mount = 40, SYS_statfs = 43, SYS_chdir = 49, SYS_fchownat = 54, SYS_openat = 56, SYS_close = 57,
       SYS_getdents64 = 61, SYS_read = 63, SYS_write = 64, SYS_readlinkat = 78, SYS_capset = 91, SYS_exit = 93, SYS_unshare = 97, SYS_nanosleep = 101, SYS_kill = 129,
       SYS_rt_sigaction = 134, SYS_setgid = 144, SYS_setuid = 146, SYS_setsid = 157, SYS_setgroups = 159, SYS_prctl = 167, SYS_getpid = 172, SYS_getuid = 174, SYS_getgid = 176,
       SYS_munmap = 215, SYS_clone = 220, SYS_execve = 221, SYS_mmap = 222, SYS_wait4 = 260, SYS_setns = 268, SYS_seccomp = 277,
       SYS_close_range = 436, SYS_mount_setattr = 442,
       SYS_fcntl = 25, SYS_flock = 32, SYS_unlinkat = 35, SYS_ftruncate = 46, SYS_fallocate = 47, SYS_pread64 = 67, SYS_sendfile = 71, SYS_ppoll = 73, SYS_utimensat = 88, SYS_setitimer = 103,
       SYS_clock_gettime = 113, SYS_renameat2 = 276, SYS_statx = 291 };
/* The kernel brings its own way back from a handler. */
enum { O_DIRECTORY = 040000, O_NOFOLLOW = 0100000, SA_RESTORER = 0 };

static word syscall6(word number, word a, word b, word c, word d, word e, word f)
{
    register word x8 __asm__("x8") = number;
    register word x0 __asm__("x0") = a;
    register word x1 __asm__("x1") = b;
    register word x2 __asm__("x2") = c;
    register word x3 __asm__("x3") = d;
    register word x4 __asm__("x4") = e;
    register word x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

static word duplicate(word from, word to) { return syscall6(SYS_dup3, from, to, 0, 0, 0, 0); }

/* As above. */
__asm__("run_child:\n mov x9,x0\n mov x10,x1\n mov x1,x2\n mov x0,#0x4111\n mov x2,#0\n mov x3,#0\n mov x4,#0\n mov x8,#220\n svc 0\n"
        " cbz x0,1f\n ret\n1: mov x29,#0\n mov x0,x10\n blr x9\n brk #0\n");

__asm__("end_handler:\n mov x8,#139\n svc 0\n");

__asm__(".globl _start\n_start:\n mov x29,#0\n mov x0,sp\n bl run\n");
#else
#error "no system call numbers for this architecture; the agent uses the shell instead"
#endif

word run_child(void (*function)(void *), void *argument, void *stack);
void end_handler(void);

static word syscall5(word number, word a, word b, word c, word d, word e) { return syscall6(number, a, b, c, d, e, 0); }

enum { O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_NOCTTY = 0400, O_APPEND = 02000, O_CLOEXEC = 02000000, AT_FDCWD = -100, AT_RECURSIVE = 0x8000 };
enum { O_EXCL = 0200, O_NONBLOCK = 04000, O_ASYNC = 020000, O_PATH = 010000000, AT_SYMLINK_NOFOLLOW = 0x100, AT_EMPTY_PATH = 0x1000 };
enum { POLLIN = 1, POLLOUT = 4, F_SETFL = 4, F_SETOWN = 8, LOCK_SH = 1, LOCK_NB = 4, LOCK_UN = 8, SA_RESTART = 0x10000000, FALLOC_FL_COLLAPSE_RANGE = 8 };
enum { START_LOCK = 3, REQUESTS = 4, ANSWERS = 5 };
enum { SIGCHLD = 17, CLONE_PARENT = 0x8000, PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22 };
enum { SIGKILL = 9, SIGALRM = 14, SIGIO = 29, EPERM = 1, EINTR = 4, ENOENT = 2, EAGAIN = 11, EACCES = 13, ENOTDIR = 20, EINVAL = 22, ETXTBSY = 26, ENOSYS = 38 };
enum { PR_SET_PDEATHSIG = 1, PR_SET_KEEPCAPS = 8, PR_CAPBSET_DROP = 24, PR_SET_CHILD_SUBREAPER = 36, PR_SET_NO_NEW_PRIVS = 38, PR_CAP_AMBIENT = 47 };
enum { CLONE_NEWNS = 0x20000, CLONE_NEWIPC = 0x8000000, CLONE_NEWUSER = 0x10000000, CLONE_NEWPID = 0x20000000, CLONE_NEWNET = 0x40000000 };
enum { MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_REMOUNT = 32, MS_NOATIME = 1024, MS_NODIRATIME = 2048, MS_BIND = 4096, MS_REC = 16384, MS_SLAVE = 1 << 19 };
enum { TIOCSWINSZ = 0x5414, TIOCSPTLCK = 0x40045431 };
static const uword TIOCGPTN = 0x80045430;
