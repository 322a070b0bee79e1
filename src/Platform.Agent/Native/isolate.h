/*
 * What sets a task apart from the machine, each part given as a text of a letter and a value:
 *
 *   p              a process namespace of its own
 *   i[MEGABYTES]   System V memory, semaphores and queues of its own, and /dev/shm of that size; without it the machine's
 *   m              a mount namespace of its own; p, i, o, w and b bring one too
 *   sPATH          the source of the next o or b; without it the path itself
 *   oPATH          the source is there, read-only with what is mounted below it
 *   bPATH          the source is there as it is
 *   wPATH          stays as writable as it is, although it lies below one that is read-only
 *   f              no mounts are made or taken away, and no namespace is entered: what is read-only stays so
 *   jPATH          the network namespace that this file is
 *   cMASK,MASK     effective and bounding capabilities, decimal
 *   n              no more rights by executing a program
 *   d              the default filter of system calls; supervisors from "serve" have it already if it was told to
 *   uUSER,GROUP    a user namespace whose ids 0 to 65535 are those of the machine from USER and GROUP on; only root can
 *   t[PIPE]        a terminal; what comes through PIPE, a named pipe, is typed into it; see terminal.h
 *   rSIZE,COUNT,PIPE  stdout and stderr are rotated from SIZE bytes on while no agent has PIPE open, and COUNT parts of each are kept; see rotate.h
 */

enum { FILTER_SPEC_ALLOW = 4, SECCOMP_SET_MODE_FILTER = 1 };
enum { BPF_LOAD = 0x20, BPF_EQUAL = 0x15, BPF_AT_LEAST = 0x35, BPF_RETURN = 0x06, AT_NUMBER = 0, AT_MACHINE = 4 };
static const unsigned ALLOW = 0x7fff0000, REFUSE = 0x00050001; /* REFUSE: EPERM */

struct instruction { unsigned short code; unsigned char if_true, if_false; unsigned value; };
struct program { unsigned short length; struct instruction *instructions; };

/*
 * What no task needs and what would change or look into the machine as a whole, as Docker's profile has it even for root: modules,
 * another kernel, swap, restarts, accounting, keys, programs in the kernel, counters of the kernel, files by handles that go around
 * folders, faults handled by a program, old calls. By machine: its own numbers, and those of its 32-bit programs.
 */
#if defined(__x86_64__)
enum { MACHINE = 0xc000003e, MACHINE_32 = 0x40000003 };
static const unsigned short denied[] = { 134, 156, 163, 167, 168, 169, 172, 173, 174, 175, 176, 177, 178, 180, 212, 246, 248, 249, 250, 298, 304, 313, 320, 321, 323 };
static const unsigned short denied_32[] = { 51, 86, 87, 88, 101, 110, 113, 115, 127, 128, 129, 130, 149, 166, 167, 169, 253, 283, 286, 287, 288, 336, 342, 350, 357, 374 };
static const unsigned short mounting[] = { 155, 165, 166, 308, 428, 429, 430, 431, 432, 433, 442, 467 };
static const unsigned short mounting_32[] = { 21, 22, 52, 217, 346, 428, 429, 430, 431, 432, 433, 442, 467 };
#else
enum { MACHINE = 0xc00000b7, MACHINE_32 = 0x40000028 };
static const unsigned short denied[] = { 18, 42, 89, 104, 105, 106, 142, 217, 218, 219, 224, 225, 241, 265, 273, 280, 282, 294 };
static const unsigned short denied_32[] = { 51, 87, 88, 115, 128, 129, 169, 249, 309, 310, 311, 347, 364, 371, 379, 386, 388, 401 };
static const unsigned short mounting[] = { 39, 40, 41, 268, 428, 429, 430, 431, 432, 433, 442, 467 };
static const unsigned short mounting_32[] = { 21, 52, 218, 375, 428, 429, 430, 431, 432, 433, 442, 467 };
#endif
#define LENGTH(list) (int)(sizeof(list) / sizeof *(list))

static struct instruction *refuse(struct instruction *at, unsigned machine, const unsigned short *numbers, int count)
{
    /* Numbers of the x32 kind, which no program of today uses, would go by the list. */
    const unsigned x32 = 0x40000000;
    *at++ = (struct instruction){ BPF_EQUAL, 0, (unsigned char)(count + 4), machine };
    *at++ = (struct instruction){ BPF_LOAD, 0, 0, AT_NUMBER };
    *at++ = (struct instruction){ BPF_AT_LEAST, (unsigned char)(count + 1), 0, x32 };
    for (int i = 0; i < count; i++)
        *at++ = (struct instruction){ BPF_EQUAL, (unsigned char)(count - i), 0, numbers[i] };
    *at++ = (struct instruction){ BPF_RETURN, 0, 0, ALLOW };
    *at++ = (struct instruction){ BPF_RETURN, 0, 0, REFUSE };
    return at;
}

static word filter(const unsigned short *numbers, int count, const unsigned short *numbers_32, int count_32)
{
    struct instruction all[80], *at = all;
    *at++ = (struct instruction){ BPF_LOAD, 0, 0, AT_MACHINE };
    at = refuse(at, MACHINE, numbers, count);
    at = refuse(at, MACHINE_32, numbers_32, count_32);
    *at++ = (struct instruction){ BPF_RETURN, 0, 0, REFUSE };
    struct program program = { (unsigned short)(at - all), all };
    return syscall5(SYS_seccomp, SECCOMP_SET_MODE_FILTER, FILTER_SPEC_ALLOW, (word)&program, 0, 0);
}

static word deny_default(void) { return filter(denied, LENGTH(denied), denied_32, LENGTH(denied_32)); }
static word deny_mounts(void) { return filter(mounting, LENGTH(mounting), mounting_32, LENGTH(mounting_32)); }
static word no_new_rights(void) { return syscall5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

static const char *setting(char **settings, int count, char letter)
{
    for (int i = 0; i < count; i++)
        if (settings[i][0] == letter) return settings[i] + 1;
    return 0;
}

static word mount(const char *source, const char *target, const char *kind, uword flags, const char *options)
{
    return syscall5(SYS_mount, (word)source, (word)target, (word)kind, (word)flags, (word)options);
}

/* How the file system of a path is mounted, as flags of mount: word 10 of struct statfs. */
static word flags_of(const char *path)
{
    uword about[16] = { 0 };
    word result = syscall5(SYS_statfs, (word)path, (word)about, 0, 0, 0);
    return result < 0 ? result : (word)(about[10] & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME));
}

/* Shows source at target: read-only, writable, or as it is. The root is there already, and a mount over it would not be seen. */
static word show(const char *source, const char *target, char how)
{
    word result = same(target, "/") ? 0 : mount(source, target, 0, MS_BIND | MS_REC, 0);
    if (result < 0 || how == 'b')
        return result;
    uword attributes[4] = { how == 'o' ? MS_RDONLY : 0, how == 'o' ? 0 : MS_RDONLY, 0, 0 };
    result = syscall5(SYS_mount_setattr, AT_FDCWD, (word)target, how == 'o' ? AT_RECURSIVE : 0, (word)attributes, sizeof attributes);
    if (result != -ENOSYS)
        return result;
    /* Before Linux 5.12, without what is mounted below it. */
    if ((result = flags_of(target)) < 0)
        return result;
    return mount(0, target, 0, MS_REMOUNT | MS_BIND | (result & ~MS_RDONLY) | (how == 'o' ? MS_RDONLY : 0), 0);
}

static int needs_mounts(char **settings, int count)
{
    for (int i = 0; i < count; i++)
        for (const char *letter = "pimowb"; *letter; letter++)
            if (settings[i][0] == *letter) return 1;
    return 0;
}

static word write_text(const char *path, const char *text, const char *end)
{
    word file = open_file(path, O_WRONLY | O_CLOEXEC), result = file < 0 ? file : syscall5(SYS_write, file, (word)text, end - text, 0, 0);
    if (file >= 0) close_file(file);
    return result;
}

/* "ID ID 1": the same number inside as outside. */
static word map_id(const char *path, word id)
{
    char line[64];
    return write_text(path, line, put_text(put_number(put_text(put_number(line, (uword)id), " "), (uword)id), " 1"));
}

/*
 * Who is not root may have mounts of its own in a user namespace, in which it is who it was, can become nobody else, and is without rights as soon as
 * a program is executed. Root without its rights would have them there, and could take the mounts away.
 */
static word unshare_as_anybody(uword flags)
{
    static const char deny[] = "deny";
    word user = syscall5(SYS_getuid, 0, 0, 0, 0, 0), group = syscall5(SYS_getgid, 0, 0, 0, 0, 0);
    word result = user == 0 ? -EPERM : syscall5(SYS_unshare, (word)(flags | CLONE_NEWUSER), 0, 0, 0, 0);
    if (result < 0 || (result = write_text("/proc/self/setgroups", deny, deny + 4)) < 0
        || (result = map_id("/proc/self/uid_map", user)) < 0 || (result = map_id("/proc/self/gid_map", group)) < 0)
        return result;
    return 0;
}

/* All that is started from here on is in a process namespace of its own: for who is not root in a user namespace, in which the rest is then made as well. */
static word unshare_processes(void)
{
    word result = syscall5(SYS_unshare, CLONE_NEWPID, 0, 0, 0, 0);
    return result == -EPERM ? unshare_as_anybody(CLONE_NEWPID) : result;
}

/* Namespaces but that of processes, and what is mounted in them. */
static word separate(char **settings, int count)
{
    const char *memory = setting(settings, count, 'i'), *network = setting(settings, count, 'j'), *source = 0;
    int processes = setting(settings, count, 'p') != 0;
    if (network) {
        word file = open_file(network, O_CLOEXEC), joined = file < 0 ? file : syscall5(SYS_setns, file, CLONE_NEWNET, 0, 0, 0);
        if (joined < 0)
            return joined;
        close_file(file);
    }
    if (!needs_mounts(settings, count))
        return 0;
    /* What the machine itself has read-only is not made writable by being shown again. */
    for (int i = 0; i < count; i++)
        if (settings[i][0] == 'w' && flags_of(settings[i] + 1) & MS_RDONLY)
            settings[i][0] = 'b';
    uword flags = CLONE_NEWNS | (memory ? CLONE_NEWIPC : 0);
    word result = syscall5(SYS_unshare, (word)flags, 0, 0, 0, 0);
    if (result == -EPERM)
        result = unshare_as_anybody(flags);
    /* What the machine mounts later is seen, and nothing of the task's gets out. */
    if (result == 0)
        result = mount(0, "/", 0, MS_REC | MS_SLAVE, 0);
    if (result == 0 && processes)
        result = mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
    if (result == 0 && memory && *memory) {
        char options[64];
        *put_text(put_text(put_text(options, "mode=1777,size="), memory), "m") = 0;
        result = mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options);
    }
    for (int i = 0; i < count && result == 0; i++) {
        const char letter = settings[i][0], *path = settings[i] + 1;
        if (letter == 's') {
            source = path;
        } else if (letter == 'o' || letter == 'w' || letter == 'b') {
            result = show(source ? source : path, path, letter);
            source = 0;
        }
    }
    return result;
}

static word read_link(const char *of, const char *kind, char *path, char *target)
{
    *put_text(put_text(put_text(path, "/proc/"), of), kind) = 0;
    word length = syscall5(SYS_readlinkat, AT_FDCWD, (word)path, (word)target, 63, 0);
    target[length < 0 ? 0 : length] = 0;
    return length;
}

/*
 * Those of another process that are not this one's already; that of processes only children get. Who is not root has rights in the others only once it
 * is in that of users; root has rights in that, but none outside of it any more once it is there, so that it is opened and entered later.
 */
static word enter_namespaces(const char *pid, word *users)
{
    static const char *const kinds[] = { "/ns/user", "/ns/net", "/ns/ipc", "/ns/pid", "/ns/mnt" };
    word files[5], result = 0;
    for (int i = 0; i < 5; i++) {
        char path[64], own[64], other[64];
        files[i] = -1;
        if (read_link("self", kinds[i], path, own) < 0 || (result = read_link(pid, kinds[i], path, other)) < 0)
            return result;
        if (!same(own, other) && (files[i] = open_file(path, O_CLOEXEC)) < 0)
            return files[i];
    }
    result = 0;
    if (users) {
        *users = files[0];
        files[0] = -1;
    }
    for (int i = 0; i < 5 && result == 0; i++)
        if (files[i] >= 0) result = syscall5(SYS_setns, files[i], 0, 0, 0, 0);
    for (int i = 0; i < 5; i++)
        if (files[i] >= 0) close_file(files[i]);
    return result;
}

/* The user with its groups, and the capabilities. */
static word become_user(const char *user, const char *capabilities)
{
    word result = 0;
    uword effective = 0, bounding = 0;
    if (capabilities) {
        effective = get_number(&capabilities);
        if (*capabilities == ',') { capabilities++; bounding = get_number(&capabilities); }
        for (int i = 0; i < 64 && result == 0; i++)
            if (!(bounding >> i & 1))
                result = syscall5(SYS_prctl, PR_CAPBSET_DROP, i, 0, 0, 0);
        if (result < 0 && result != -EINVAL)
            return result;
        /* EINVAL: there are no more. */
        if ((result = syscall5(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0)) < 0)
            return result;
    }
    if (!same(user, "-")) {
        unsigned groups[64];
        int count = 0;
        uword uid = get_number(&user), gid = 0;
        if (*user == ',') { user++; gid = get_number(&user); }
        while (*user == ',' && count < 64) { user++; groups[count++] = get_number(&user); }
        if ((result = syscall5(SYS_setgroups, count, (word)groups, 0, 0, 0)) < 0
            || (result = syscall5(SYS_setgid, gid, 0, 0, 0, 0)) < 0
            || (result = syscall5(SYS_setuid, uid, 0, 0, 0, 0)) < 0)
            return result;
    }
    if (capabilities) {
        const uword ambient_raise = 2, ambient_clear = 4;
        unsigned header[2] = { 0x20080522, 0 }, low = (unsigned)effective, high = (unsigned)(effective >> 32);
        unsigned sets[6] = { low, low, low, high, high, high };
        if ((result = syscall5(SYS_capset, (word)header, (word)sets, 0, 0, 0)) < 0
            || (result = syscall5(SYS_prctl, PR_CAP_AMBIENT, ambient_clear, 0, 0, 0)) < 0)
            return result;
        for (int i = 0; i < 64; i++)
            if ((effective >> i & 1) && (result = syscall5(SYS_prctl, PR_CAP_AMBIENT, ambient_raise, i, 0, 0)) < 0)
                return result;
    }
    return 0;
}

/* The first id of the machine, of users or of groups, that ids inside are mapped to. */
static uword first_of(const char *mapped, int is_group)
{
    uword user = get_number(&mapped);
    if (*mapped == ',') mapped++;
    return is_group ? get_number(&mapped) : user;
}

/* The text of a user as the machine counts it. */
static const char *on_machine(const char *user, const char *mapped, char *text)
{
    char *at = text;
    if (!mapped)
        return user;
    const char *from = same(user, "-") ? "0,0" : user;
    for (int i = 0; i < 66 && *from; i++) {
        if (i) *at++ = ',';
        at = put_number(at, get_number(&from) + first_of(mapped, i > 0));
        if (*from == ',') from++;
    }
    *at = 0;
    return text;
}

static word map_range(uword process, const char *kind, uword first)
{
    char path[64], line[64];
    *put_text(put_text(put_number(put_text(path, "/proc/"), process), kind), "_map") = 0;
    return write_text(path, line, put_text(put_number(put_text(line, "0 "), first), " 65536"));
}

/* Mapped from outside, which nobody inside could do. A process that does nothing has it until it is open; nobody else ever gets in before that one is gone. */
static word make_user_namespace(const char *mapped)
{
    static uword day[2] = { 86400, 0 };
    word child = syscall5(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0), result, file = 0;
    if (child == 0) {
        syscall5(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        close_all(0, -1);
        for (;;) syscall5(SYS_nanosleep, (word)day, 0, 0, 0, 0);
    }
    if (child < 0)
        return child;
    if ((result = map_range((uword)child, "/uid", first_of(mapped, 0))) >= 0 && (result = map_range((uword)child, "/gid", first_of(mapped, 1))) >= 0) {
        char path[64];
        *put_text(put_number(put_text(path, "/proc/"), (uword)child), "/ns/user") = 0;
        result = file = open_file(path, O_CLOEXEC);
    }
    syscall5(SYS_kill, child, SIGKILL, 0, 0, 0);
    while (syscall5(SYS_wait4, child, 0, 0, 0, 0) == -EINTR) { }
    return result < 0 ? result : file;
}

/* Enters it, as the root of it. All that takes the rights of the machine's root is done before. */
static word become_mapped(word namespace)
{
    word result = syscall5(SYS_setns, namespace, CLONE_NEWUSER, 0, 0, 0);
    return result < 0 ? result : become_user("0,0", 0);
}

static void ignore_signal(int number)
{
    static const uword ignore[4] = { 1, 0, 0, 0 };
    syscall5(SYS_rt_sigaction, number, (word)ignore, 0, 8, 0);
}

/* The first process of a process namespace: whoever of it loses its parent is its child and needs no care. It ends with its supervisor. */
static void be_first(int cgroups, char **files)
{
    static uword day[2] = { 86400, 0 };
    syscall5(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    syscall5(SYS_setsid, 0, 0, 0, 0, 0);
    close_all(START_LOCK, -1);
    for (int i = 0; i < cgroups; i++) {
        word file = open_file(files[i], O_WRONLY | O_CLOEXEC);
        if (file >= 0) {
            syscall5(SYS_write, file, (word) "0", 1, 0, 0);
            close_file(file);
        }
    }
    ignore_signal(SIGCHLD);
    for (;;) syscall5(SYS_nanosleep, (word)day, 0, 0, 0, 0);
}
