/*
 * The supervisor of one task. It is the task's parent in place of the agent, so that the agent may die and come back.
 *
 *   shim STATUS SANDBOX USER COUNT CGROUP_PROCS... PROGRAM [ARGUMENT...]
 *
 * STATUS        the task's file, which is there already; lines are added to it.
 * SANDBOX       the working directory; stdout and stderr are appended to files of these names in it.
 * USER          "-" or "uid,gid[,group...]".
 * COUNT         how many files to write "0" to, to join cgroups.
 * Descriptor 3  the lock of the work directory's starts, shared with the agent. It is closed when the first line is written: whoever
 *               gets the lock after an agent's death finds everything that was begun in the files, and nothing begins any more.
 *
 * Lines of STATUS, each written at once:
 *   shim PID STARTTIME                   this process
 *   task PID STARTTIME                   PROGRAM was executed; it leads its own session and process group
 *   fail STEP ERRNO                      it could not be: STEP is cgroup, user, chdir, output or exec
 *   exit CODE MICROSECONDS MAXRSS_KB     it ended by itself, and so did everything that it left behind
 *   signal NUMBER MICROSECONDS MAXRSS_KB it ended by a signal
 * STARTTIME is field 22 of /proc/PID/stat and tells a process from a later one with the same id.
 *
 * Freestanding, so that the process costs a few pages and starts in a fraction of a millisecond.
 */

typedef long word;
typedef unsigned long uword;

#if defined(__x86_64__)
enum { SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_dup2 = 33, SYS_nanosleep = 35, SYS_getpid = 39, SYS_fork = 57,
       SYS_execve = 59, SYS_exit = 60, SYS_wait4 = 61, SYS_kill = 62, SYS_chdir = 80, SYS_setuid = 105, SYS_setgid = 106,
       SYS_setsid = 112, SYS_setgroups = 116, SYS_prctl = 157, SYS_openat = 257, SYS_pipe2 = 293 };

static word syscall5(word number, word a, word b, word c, word d, word e)
{
    word result;
    register word r10 __asm__("r10") = d;
    register word r8 __asm__("r8") = e;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
    return result;
}

static word fork_process(void) { return syscall5(SYS_fork, 0, 0, 0, 0, 0); }
static word duplicate(word from, word to) { return syscall5(SYS_dup2, from, to, 0, 0, 0); }

__asm__(".globl _start\n_start:\n xor %rbp,%rbp\n mov %rsp,%rdi\n and $-16,%rsp\n call run\n");
#elif defined(__aarch64__)
enum { SYS_dup3 = 24, SYS_chdir = 49, SYS_openat = 56, SYS_close = 57, SYS_pipe2 = 59, SYS_read = 63, SYS_write = 64,
       SYS_exit = 93, SYS_nanosleep = 101, SYS_kill = 129, SYS_setgid = 144, SYS_setuid = 146, SYS_setsid = 157,
       SYS_setgroups = 159, SYS_prctl = 167, SYS_getpid = 172, SYS_clone = 220, SYS_execve = 221, SYS_wait4 = 260 };

static word syscall5(word number, word a, word b, word c, word d, word e)
{
    register word x8 __asm__("x8") = number;
    register word x0 __asm__("x0") = a;
    register word x1 __asm__("x1") = b;
    register word x2 __asm__("x2") = c;
    register word x3 __asm__("x3") = d;
    register word x4 __asm__("x4") = e;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}

static word fork_process(void) { return syscall5(SYS_clone, 17 /* SIGCHLD */, 0, 0, 0, 0); }
static word duplicate(word from, word to) { return syscall5(SYS_dup3, from, to, 0, 0, 0); }

__asm__(".globl _start\n_start:\n mov x29,#0\n mov x0,sp\n bl run\n");
#else
#error "no system call numbers for this architecture; the agent uses the shell instead"
#endif

enum { O_WRONLY = 1, O_CREAT = 0100, O_APPEND = 02000, O_CLOEXEC = 02000000, AT_FDCWD = -100 };
enum { START_LOCK = 3 };
enum { SIGKILL = 9, EINTR = 4, ENOENT = 2, EACCES = 13, ENOTDIR = 20, ETXTBSY = 26, PR_SET_CHILD_SUBREAPER = 36 };

/* struct rusage of a 64-bit machine: two timevals, then maxrss and thirteen words that are not used. */
struct usage { word user_seconds, user_micros, system_seconds, system_micros, max_rss, rest[13]; };

static int status_file;

static void leave(int code) { for (;;) syscall5(SYS_exit, code, 0, 0, 0, 0); }
static word open_file(const char *path, int flags) { return syscall5(SYS_openat, AT_FDCWD, (word)path, flags, 0644, 0); }
static void close_file(word file) { syscall5(SYS_close, file, 0, 0, 0, 0); }
static int same(const char *a, const char *b) { while (*a && *a == *b) a++, b++; return *a == *b; }

static word read_file(const char *path, char *buffer, word size)
{
    word file = open_file(path, O_CLOEXEC), count = 0, got;
    if (file < 0)
        return file;
    while (count < size - 1 && (got = syscall5(SYS_read, file, (word)buffer + count, size - 1 - count, 0, 0)) > 0)
        count += got;
    close_file(file);
    buffer[count] = 0;
    return count;
}

static char *put_text(char *at, const char *text) { while (*text) *at++ = *text++; return at; }

static char *put_number(char *at, uword number)
{
    char digits[24];
    int count = 0;
    do digits[count++] = '0' + number % 10; while (number /= 10);
    while (count) *at++ = digits[--count];
    return at;
}

static uword get_number(const char **at)
{
    uword number = 0;
    while (**at >= '0' && **at <= '9') number = number * 10 + (*(*at)++ - '0');
    return number;
}

/* Up to three numbers after a word, as one line in one write. */
static void say(const char *verb, int count, uword a, uword b, uword c)
{
    char line[128], *at = put_text(line, verb);
    uword numbers[3] = { a, b, c };
    for (int i = 0; i < count; i++) {
        *at++ = ' ';
        at = put_number(at, numbers[i]);
    }
    *at++ = '\n';
    syscall5(SYS_write, status_file, (word)line, at - line, 0, 0);
}

static uword start_time(uword pid)
{
    char path[64], text[1024];
    *put_text(put_number(put_text(path, "/proc/"), pid), "/stat") = 0;
    word length = read_file(path, text, sizeof text);
    if (length <= 0)
        return 0;
    const char *at = text + length;
    while (at > text && *at != ')') at--;
    for (int field = 2; field < 22 && *at; at++)
        if (*at == ' ') field++;
    return get_number(&at);
}

/* Everything that this process is the parent of, since orphans below it are handed to it. False: the kernel does not list them. */
static int kill_children(uword self)
{
    char path[64], text[4096];
    char *end = put_text(put_number(put_text(path, "/proc/"), self), "/task/");
    *put_text(put_number(end, self), "/children") = 0;
    if (read_file(path, text, sizeof text) < 0)
        return 0;
    for (const char *at = text; *at >= '0' && *at <= '9';) {
        syscall5(SYS_kill, get_number(&at), SIGKILL, 0, 0, 0);
        if (*at == ' ') at++;
    }
    return 1;
}

static void pause_briefly(void)
{
    word time[2] = { 0, 5000000 };
    syscall5(SYS_nanosleep, (word)time, 0, 0, 0, 0);
}

static word execute(const char *path, char **arguments, char **environment)
{
    word result = -ETXTBSY;
    /* A file that was written a moment ago may still be open for writing in a process that is being started beside this one. */
    for (int i = 0; i < 40 && result == -ETXTBSY; i++) {
        if (i) pause_briefly();
        result = syscall5(SYS_execve, (word)path, (word)arguments, (word)environment, 0, 0);
    }
    return result;
}

static word execute_by_path(char **arguments, char **environment)
{
    const char *program = arguments[0], *path = "/usr/local/bin:/usr/bin:/bin";
    for (const char *at = program; *at; at++)
        if (*at == '/') return execute(program, arguments, environment);
    for (char **variable = environment; *variable; variable++)
        if ((*variable)[0] == 'P' && (*variable)[1] == 'A' && (*variable)[2] == 'T' && (*variable)[3] == 'H' && (*variable)[4] == '=')
            path = *variable + 5;
    word result = -ENOENT;
    while (*path) {
        char file[4096], *at = file;
        while (*path && *path != ':' && at < file + 3000) *at++ = *path++;
        while (*path && *path != ':') path++;
        if (*path) path++;
        *at++ = '/';
        for (const char *from = program; *from && at < file + sizeof file - 1;) *at++ = *from++;
        *at = 0;
        word outcome = execute(file, arguments, environment);
        if (outcome != -ENOENT && outcome != -ENOTDIR)
            result = outcome;
        if (result != -ENOENT && result != -EACCES)
            break;
    }
    return result;
}

struct failure { word step, error; };
static const char *const steps[] = { "fail cgroup", "fail user", "fail chdir", "fail output", "fail exec" };

static struct failure become_task(const char *sandbox, const char *user, int cgroups, char **files, char **arguments, char **environment)
{
    word result;
    syscall5(SYS_setsid, 0, 0, 0, 0, 0);
    for (int i = 0; i < cgroups; i++) {
        word file = open_file(files[i], O_WRONLY | O_CLOEXEC);
        result = file < 0 ? file : syscall5(SYS_write, file, (word) "0", 1, 0, 0);
        if (result < 0) return (struct failure){ 0, result };
        close_file(file);
    }
    if ((result = syscall5(SYS_chdir, (word)sandbox, 0, 0, 0, 0)) < 0)
        return (struct failure){ 2, result };
    word input = open_file("/dev/null", 0);
    word output = open_file("stdout", O_WRONLY | O_CREAT | O_APPEND);
    word error = open_file("stderr", O_WRONLY | O_CREAT | O_APPEND);
    if (output < 0 || error < 0)
        return (struct failure){ 3, output < 0 ? output : error };
    if (input >= 0) duplicate(input, 0);
    duplicate(output, 1);
    duplicate(error, 2);
    if (input > 2) close_file(input);
    if (output > 2) close_file(output);
    if (error > 2) close_file(error);
    if (!same(user, "-")) {
        unsigned groups[64];
        int count = 0;
        uword uid = get_number(&user), gid = 0;
        if (*user == ',') { user++; gid = get_number(&user); }
        while (*user == ',' && count < 64) { user++; groups[count++] = get_number(&user); }
        if ((result = syscall5(SYS_setgroups, count, (word)groups, 0, 0, 0)) < 0
            || (result = syscall5(SYS_setgid, gid, 0, 0, 0, 0)) < 0
            || (result = syscall5(SYS_setuid, uid, 0, 0, 0, 0)) < 0)
            return (struct failure){ 1, result };
    }
    return (struct failure){ 4, execute_by_path(arguments, environment) };
}

__attribute__((used)) void run(word *stack)
{
    int count = (int)stack[0];
    char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
    if (count < 6)
        leave(124);
    const char *number = arguments[4];
    int cgroups = (int)get_number(&number);
    if (count < 6 + cgroups)
        leave(124);
    status_file = (int)open_file(arguments[1], O_WRONLY | O_APPEND | O_CLOEXEC);
    if (status_file < 0)
        leave(125);
    uword self = syscall5(SYS_getpid, 0, 0, 0, 0, 0);
    say("shim", 2, self, start_time(self), 0);
    close_file(START_LOCK);
    syscall5(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);

    /* Closes by itself when the program is executed; what comes through it is why it was not. */
    int gate[2];
    struct failure failure = { 4, -11 };
    word task = -11;
    if (syscall5(SYS_pipe2, (word)gate, O_CLOEXEC, 0, 0, 0) == 0)
        task = fork_process();
    if (task == 0) {
        failure = become_task(arguments[2], arguments[3], cgroups, arguments + 5, arguments + 5 + cgroups, environment);
        syscall5(SYS_write, gate[1], (word)&failure, sizeof failure, 0, 0);
        leave(127);
    }
    if (task > 0) {
        uword started = start_time(task);
        close_file(gate[1]);
        word got;
        do got = syscall5(SYS_read, gate[0], (word)&failure, sizeof failure, 0, 0); while (got == -EINTR);
        close_file(gate[0]);
        if (got == 0) {
            say("task", 2, task, started, 0);
            failure.error = 0;
        }
    }
    if (failure.error) {
        say(steps[failure.step], 1, -failure.error, 0, 0);
        leave(127);
    }

    int status = 0, ended = 0, how = 0;
    struct usage usage, total = { 0 };
    for (;;) {
        word pid = syscall5(SYS_wait4, -1, (word)&how, 0, (word)&usage, 0);
        if (pid == -EINTR)
            continue;
        if (pid < 0)
            break;
        if (pid == task) {
            status = how;
            total = usage;
            ended = 1;
        }
        /* Without a list they are left to the agent, which looks for them in other ways. */
        if (ended && !kill_children(self))
            break;
    }
    uword micros = (total.user_seconds + total.system_seconds) * 1000000 + total.user_micros + total.system_micros;
    if (status & 0x7f)
        say("signal", 3, status & 0x7f, micros, total.max_rss);
    else
        say("exit", 3, (status >> 8) & 0xff, micros, total.max_rss);
    leave(0);
}

/* The compiler may call these for copies and clearing of structures. */
void *memset(void *to, int value, uword count) { char *at = to; while (count--) *at++ = (char)value; return to; }
void *memcpy(void *to, const void *from, uword count) { char *at = to; const char *source = from; while (count--) *at++ = *source++; return to; }
