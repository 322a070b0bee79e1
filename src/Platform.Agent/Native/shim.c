/*
 * The supervisor of one task. It is the task's parent in place of the agent, so that the agent may die and come back.
 *
 *   shim STATUS SANDBOX USER SETTINGS SETTING... COUNT CGROUP_PROCS... PROGRAM [ARGUMENT...]
 *   shim serve [SETTING...]
 *   shim enter PID FOLDER USER SETTINGS SETTING... PROGRAM [ARGUMENT...]
 *   shim probe
 *
 * STATUS        the task's file, which is there already; lines are added to it.
 * SANDBOX       the working directory; stdout and stderr are appended to files of these names in it, which USER makes: a program that
 *               opens /dev/stdout anew needs the rights on the file.
 * USER          "-" or "uid,gid[,group...]".
 * SETTINGS      how many SETTINGs follow: what sets the task apart from the machine, see isolate.h.
 * COUNT         how many files to write "0" to, to join cgroups.
 *
 * serve         starts supervisors for an agent by mere forks of itself: no program is executed but the task's own. Requests come
 *               through REQUESTS, each four 32-bit words (bytes of text that follow, arguments, environment variables, 0) and the
 *               texts, each ended by NUL: the arguments as above without "shim", then the environment. The answer through ANSWERS is
 *               the process id of the supervisor, which is a child of the agent, or a negative error number. It ends with the agent.
 *               With settings n and d it and all that it starts is under the default filter of system calls, which then costs a start nothing.
 *
 * enter         becomes a program beside a task, with the settings of that, in the namespaces that PID has; "-": none of its own.
 *
 * probe         its exit status is the sum of what the machine grants: 1 mount namespaces, 2 process namespaces, 4 namespaces of System V
 *               memory, 8 filters of system calls, 16 those without the right to add one, 32 a bound on capabilities, 64 namespaces without a
 *               user namespace, 128 user namespaces with other ids of the machine.
 *
 * Descriptor 3  the lock of the work directory's starts, shared with the agent. A supervisor closes it, and what it has from "serve",
 *               when its first line is written: whoever gets the lock after an agent's death, or the end of ANSWERS after the death of
 *               "serve", finds everything that was begun in the files, and nothing begins any more.
 *
 * Lines of STATUS, each written at once:
 *   shim PID STARTTIME                   this process
 *   task PID STARTTIME                   PROGRAM was executed; it leads its own session and process group
 *   fail STEP ERRNO                      it could not be: STEP is cgroup, user, chdir, output, exec, isolate or terminal
 *   exit CODE MICROSECONDS MAXRSS_KB     it ended by itself, and so did everything that it left behind
 *   signal NUMBER MICROSECONDS MAXRSS_KB it ended by a signal
 * STARTTIME is field 22 of /proc/PID/stat and tells a process from a later one with the same id.
 *
 * Of the files that whoever started the agent had open nothing is left to the supervisor and the task: a pipe would never end, and a
 * secret would be there to read.
 *
 * Freestanding, so that the process costs a few pages and starts in a fraction of a millisecond.
 */

#include "kernel.h"

/* struct rusage of a 64-bit machine: two timevals, then maxrss and thirteen words that are not used. */
struct usage { word user_seconds, user_micros, system_seconds, system_micros, max_rss, rest[13]; };

static int status_file;

static void leave(int code) { for (;;) syscall5(SYS_exit, code, 0, 0, 0, 0); }
static word open_file(const char *path, int flags) { return syscall5(SYS_openat, AT_FDCWD, (word)path, flags, 0644, 0); }
static void close_file(word file) { syscall5(SYS_close, file, 0, 0, 0, 0); }
static int same(const char *a, const char *b) { while (*a && *a == *b) a++, b++; return *a == *b; }

static uword get_number(const char **at)
{
    uword number = 0;
    while (**at >= '0' && **at <= '9') number = number * 10 + (*(*at)++ - '0');
    return number;
}

/* All open files from this number on but one. */
static void close_all(word first, word kept)
{
    word result = kept > first ? syscall5(SYS_close_range, first, kept - 1, 0, 0, 0) : 0;
    if (result == 0)
        result = syscall5(SYS_close_range, kept >= first ? kept + 1 : first, 0xffffffff, 0, 0, 0);
    if (result == 0)
        return;
    /* Before Linux 5.9: one after another. What a read of the list misses because of the closing is in the next one. */
    for (int closed = 1; closed;) {
        char list[2048];
        word folder = open_file("/proc/self/fd", O_CLOEXEC), count;
        if (folder < 0)
            return;
        closed = 0;
        while ((count = syscall5(SYS_getdents64, folder, (word)list, sizeof list, 0, 0)) > 0) {
            /* An entry: two words, its length as a short, a byte, and the name. */
            for (char *at = list; at < list + count; at += *(unsigned short *)(at + 16)) {
                const char *name = at + 19;
                word file = *name == '.' ? -1 : (word)get_number(&name);
                if (file >= first && file != kept && file != folder) {
                    close_file(file);
                    closed = 1;
                }
            }
        }
        close_file(folder);
    }
}

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

/* Everything that this process is the parent of but one, since orphans below it are handed to it. False: the kernel does not list them. */
static int kill_children(uword self, uword spared)
{
    char path[64], text[4096];
    char *end = put_text(put_number(put_text(path, "/proc/"), self), "/task/");
    *put_text(put_number(end, self), "/children") = 0;
    if (read_file(path, text, sizeof text) < 0)
        return 0;
    for (const char *at = text; *at >= '0' && *at <= '9';) {
        uword child = get_number(&at);
        if (child != spared)
            syscall5(SYS_kill, child, SIGKILL, 0, 0, 0);
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

#include "isolate.h"
#include "terminal.h"
#include "rotate.h"

/* STATUS SANDBOX USER SETTINGS SETTING... COUNT CGROUP_PROCS... PROGRAM..., taken apart. */
struct start { const char *status, *sandbox, *user; int settings, cgroups; char **setting, **files, **program; };
enum { IN_CGROUP, IN_USER, IN_CHDIR, IN_OUTPUT, IN_EXEC, IN_ISOLATE, IN_TERMINAL };
struct failure { word step, error; };
static const char *const steps[] = { "fail cgroup", "fail user", "fail chdir", "fail output", "fail exec", "fail isolate", "fail terminal" };

/* The last steps: rights are given up when all that needs them is done. users: the user namespace to enter; less than 0: none. */
static struct failure confine(char **settings, int count, const char *user, word users)
{
    const char *capabilities = setting(settings, count, 'c');
    word result = 0;
    if (users >= 0 && (result = become_mapped(users)) < 0)
        return (struct failure){ IN_ISOLATE, result };
    if (setting(settings, count, 'n') && (result = no_new_rights()) < 0)
        return (struct failure){ IN_ISOLATE, result };
    if ((setting(settings, count, 'f') && (result = deny_mounts()) < 0) || (setting(settings, count, 'd') && (result = deny_default()) < 0))
        return (struct failure){ IN_ISOLATE, result };
    return (struct failure){ IN_USER, become_user(user, capabilities) };
}

static struct failure open_output(const char *terminal)
{
    word output = open_file("stdout", O_WRONLY | O_CREAT | O_APPEND);
    word error = open_file("stderr", O_WRONLY | O_CREAT | O_APPEND);
    if (output < 0 || error < 0)
        return (struct failure){ IN_OUTPUT, output < 0 ? output : error };
    /* The first terminal that the leader of a session opens is the one that controls it. */
    word input = open_file(terminal ? terminal : "/dev/null", terminal ? O_RDWR : 0);
    if (input < 0 && terminal)
        return (struct failure){ IN_TERMINAL, input };
    if (input >= 0) duplicate(input, 0);
    duplicate(terminal ? input : output, 1);
    duplicate(terminal ? input : error, 2);
    if (input > 2) close_file(input);
    if (output > 2) close_file(output);
    if (error > 2) close_file(error);
    return (struct failure){ IN_OUTPUT, 0 };
}

static struct failure become_task(const struct start *start, const char *terminal, word users, char **environment)
{
    word result;
    struct failure failure;
    syscall5(SYS_setsid, 0, 0, 0, 0, 0);
    for (int i = 0; i < start->cgroups; i++) {
        word file = open_file(start->files[i], O_WRONLY | O_CLOEXEC);
        result = file < 0 ? file : syscall5(SYS_write, file, (word) "0", 1, 0, 0);
        if (result < 0) return (struct failure){ IN_CGROUP, result };
        close_file(file);
    }
    if ((result = separate(start->setting, start->settings)) < 0)
        return (struct failure){ IN_ISOLATE, result };
    if ((result = syscall5(SYS_chdir, (word)start->sandbox, 0, 0, 0, 0)) < 0)
        return (struct failure){ IN_CHDIR, result };
    if ((failure = confine(start->setting, start->settings, start->user, users)).error < 0 || (failure = open_output(terminal)).error < 0)
        return failure;
    return (struct failure){ IN_EXEC, execute_by_path(start->program, environment) };
}

/* What the child needs, and what it leaves behind if it could not become the task: the two share their memory until then. */
struct task { const struct start *start; const char *terminal; word users; char **environment; struct failure failure; };

static void start_task(void *argument)
{
    struct task *task = argument;
    task->failure = become_task(task->start, task->terminal, task->users, task->environment);
    leave(127);
}

/* How many texts there are, and these. */
static int counted(char ***at, char **end, char ***texts)
{
    const char *number = *at < end ? **at : "";
    int count = (int)get_number(&number);
    *texts = *at + 1;
    *at = *texts + count;
    return *at < end ? count : -1;
}

static word fork_self(void) { return syscall5(SYS_clone, SIGCHLD, 0, 0, 0, 0); }

static void fail(int step, word error)
{
    say(steps[step], 1, -error, 0, 0);
    leave(127);
}

/* arguments: STATUS and so on. Does not return. */
static void supervise(int count, char **arguments, char **environment)
{
    static char stack[32768] __attribute__((aligned(16)));
    struct start start = { arguments[0], arguments[1], arguments[2], 0, 0, 0, 0, 0 };
    char **at = arguments + 3, **end = arguments + count;
    if (count < 6 || (start.settings = counted(&at, end, &start.setting)) < 0 || (start.cgroups = counted(&at, end, &start.files)) < 0)
        leave(124);
    start.program = at;
    status_file = (int)open_file(start.status, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (status_file < 0)
        leave(125);
    uword self = syscall5(SYS_getpid, 0, 0, 0, 0, 0);
    say("shim", 2, self, start_time(self), 0);
    close_all(START_LOCK, status_file);
    syscall5(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);

    struct terminal terminal = { -1, 0, "" };
    const char *mapped = setting(start.setting, start.settings, 'u');
    const char *typed = setting(start.setting, start.settings, 't');
    if (typed) {
        char text[1024];
        const char *user = on_machine(start.user, mapped, text);
        word near = open_terminal(&terminal, user);
        /* Open for writing too, so that it does not end with who types. */
        word input = *typed ? open_file(typed, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
        if (near < 0 || (terminal.writer = fork_self()) < 0)
            fail(IN_TERMINAL, near < 0 ? near : terminal.writer);
        if (terminal.writer == 0)
            write_down(near, input, start.sandbox, user);
        close_file(near);
        if (input >= 0)
            close_file(input);
    }
    word users = -1;
    if (mapped && (users = make_user_namespace(mapped)) < 0)
        fail(IN_ISOLATE, users);
    if (setting(start.setting, start.settings, 'p')) {
        /* The first of it is not the task, which would have to do the work of one. */
        word first = unshare_processes();
        if (first < 0 || (first = fork_self()) < 0)
            fail(IN_ISOLATE, first);
        if (first == 0)
            be_first(start.cgroups, start.files);
    }

    /* Comes back when the program was executed, or when it is known that it cannot be. */
    struct task child = { &start, terminal.path[0] ? terminal.path : 0, users, environment, { IN_EXEC, 0 } };
    word task = run_child(start_task, &child, stack + sizeof stack);
    struct failure failure = task < 0 ? (struct failure){ IN_EXEC, task } : *(volatile struct failure *)&child.failure;
    if (failure.error)
        fail((int)failure.step, failure.error);
    if (users >= 0)
        close_file(users);
    say("task", 2, task, start_time(task), 0);
    const char *output = setting(start.setting, start.settings, 'r');
    if (output)
        keep_output_small(start.sandbox, output);

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
            /* What the task wrote last is written down when nobody is there any more who could write more. */
            close_file(terminal.far);
        }
        /* Without a list they are left to the agent, which looks for them in other ways. */
        if (ended && !kill_children(self, (uword)terminal.writer))
            break;
    }
    uword micros = (total.user_seconds + total.system_seconds) * 1000000 + total.user_micros + total.system_micros;
    if (status & 0x7f)
        say("signal", 3, status & 0x7f, micros, total.max_rss);
    else
        say("exit", 3, (status >> 8) & 0xff, micros, total.max_rss);
    leave(0);
}

static int read_whole(char *to, uword size)
{
    while (size) {
        word got = syscall5(SYS_read, REQUESTS, (word)to, size, 0, 0);
        if (got == -EINTR)
            continue;
        if (got <= 0)
            return 0;
        to += got;
        size -= got;
    }
    return 1;
}

/* The vector of texts that start at *at, ended by a null pointer; *at is moved behind them. */
static char **vector(char **place, unsigned count, char **at)
{
    for (unsigned i = 0; i < count; i++) {
        place[i] = *at;
        while (*(*at)++) { }
    }
    place[count] = 0;
    return place;
}

static void serve(char *mode, char **settings, int count)
{
    unsigned request[4];
    close_all(ANSWERS + 1, -1);
    if (confine(settings, count, "-", -1).error < 0)
        leave(126);
    while (read_whole((char *)request, sizeof request)) {
        unsigned bytes = request[0], arguments = request[1], variables = request[2];
        uword pointers = (arguments + variables + 2) * sizeof(char *), size = pointers + bytes;
        char *memory = (char *)syscall6(SYS_mmap, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        if ((word)memory < 0 && (word)memory > -4096)
            leave(126);
        char *at = memory + pointers;
        if (!read_whole(at, bytes))
            break;
        /* With CLONE_PARENT it is a child of the agent, which waits for it as for one that it started itself. */
        word pid = syscall5(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) {
            char **argv = vector((char **)memory, arguments, &at);
            char **envp = vector((char **)memory + arguments + 1, variables, &at);
            /* What the process table shows of it. */
            *put_text(mode, "task") = 0;
            syscall5(SYS_setsid, 0, 0, 0, 0, 0);
            supervise(arguments, argv, envp);
        }
        int answer = (int)pid;
        syscall5(SYS_write, ANSWERS, (word)&answer, sizeof answer, 0, 0);
        syscall5(SYS_munmap, (word)memory, size, 0, 0, 0);
    }
    leave(0);
}

/* SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU */
static const unsigned char passed_over[] = { 1, 2, 3, 10, 12, 15, 20, 21, 22 };

/* arguments: PID and so on. What keeps it from becoming the program is told on standard error and, as a shell does it, by 126 or 127. Does not return. */
static void enter(int count, char **arguments, char **environment)
{
    char **at = arguments + 3, **settings;
    int own = count < 5 ? -1 : counted(&at, arguments + count, &settings);
    word users = -1;
    if (own < 0 || (!same(arguments[0], "-") && enter_namespaces(arguments[0], setting(settings, own, 'u') ? &users : 0) < 0)
        || syscall5(SYS_chdir, (word)arguments[1], 0, 0, 0, 0) < 0 || confine(settings, own, arguments[2], users).error < 0)
        leave(126);
    /* Only a child is in the namespace of processes that was entered. */
    word child = same(arguments[0], "-") ? 0 : fork_self();
    if (child == 0) {
        word result = execute_by_path(at, environment);
        char line[4200], *text = line;
        for (const char *from = *at; *from && text < line + 4096;) *text++ = *from++;
        text = put_text(text, result == -ENOENT ? ": not found" : ": cannot be executed, error ");
        if (result != -ENOENT)
            text = put_number(text, -result);
        *text++ = '\n';
        syscall5(SYS_write, 2, (word)line, text - line, 0, 0);
        leave(result == -ENOENT ? 127 : 126);
    }
    /* What a terminal or the agent sends to the group is for the program, which decides about it. */
    for (int i = 0; i < LENGTH(passed_over); i++)
        ignore_signal(passed_over[i]);
    int how = 0;
    word ended;
    while ((ended = syscall5(SYS_wait4, child, (word)&how, 0, 0, 0)) == -EINTR) { }
    if (ended == child && (how & 0x7f))
        leave(128 + (how & 0x7f));
    leave(ended == child ? (how >> 8) & 0xff : 126);
}

static int try(word (*what)(void))
{
    int how = 0;
    word child = fork_self();
    if (child == 0)
        leave(what() < 0);
    return child > 0 && syscall5(SYS_wait4, child, (word)&how, 0, 0, 0) == child && how == 0;
}

static word try_mounts(void) { static char own[] = "m", *settings[] = { own }; return separate(settings, 1); }
static word try_own_processes(void) { static char own[] = "p", *settings[] = { own }; return separate(settings, 1); }
/* What shows the processes is mounted by one of them; a machine that hides parts of its own lets only root do so. */
static word try_processes(void) { return unshare_processes() < 0 || !try(try_own_processes) ? -1 : 0; }
static word try_root(void) { return syscall5(SYS_unshare, CLONE_NEWPID, 0, 0, 0, 0); }
static word try_memory(void) { static char own[] = "i", *settings[] = { own }; return separate(settings, 1); }
static word try_filter_without_rights(void) { return no_new_rights() < 0 ? -1 : deny_default(); }
static word try_capabilities(void) { return become_user("-", "0,0"); }

static word try_users(void)
{
    word users = make_user_namespace("100000,100000");
    return users < 0 ? users : become_mapped(users);
}

static int probe(void)
{
    return try(try_mounts) | try(try_processes) << 1 | try(try_memory) << 2 | try(deny_default) << 3 | try(try_filter_without_rights) << 4 | try(try_capabilities) << 5
        | try(try_root) << 6 | try(try_users) << 7;
}

__attribute__((used)) void run(word *stack)
{
    int count = (int)stack[0];
    char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
    if (count >= 2 && same(arguments[1], "serve"))
        serve(arguments[1], arguments + 2, count - 2);
    if (count == 2 && same(arguments[1], "probe"))
        leave(probe());
    if (count >= 2 && same(arguments[1], "enter"))
        enter(count - 2, arguments + 2, environment);
    supervise(count - 1, arguments + 1, environment);
}

/* The compiler may call these for copies and clearing of structures. */
void *memset(void *to, int value, uword count) { char *at = to; while (count--) *at++ = (char)value; return to; }
void *memcpy(void *to, const void *from, uword count) { char *at = to; const char *source = from; while (count--) *at++ = *source++; return to; }
