/*
 * Rotation of the task's output while no agent is there, in the way of the agent's own (LogRotation.cs): the first part of stdout moves to stdout.1
 * and is taken off the front of the file in place; where the file system cannot do that, the file is copied and cut.
 *
 * Whether an agent is there is told by a named pipe that it has open and locked: the kernel sends a signal when the last who could write to it is
 * gone. Only then is there a timer. All of this is done by handlers of signals, so that the supervisor waits for its children as ever.
 */

static struct { const char *sandbox; uword size, count; word agents; int is_away; } rotation;

/* The words of struct statx that count here. */
struct about { uword words[32]; };
static int is_file(const struct about *about) { return (about->words[3] >> 32 & 0xf000) == 0x8000; }
static unsigned links_of(const struct about *about) { return (unsigned)about->words[2]; }
static uword size_of(const struct about *about) { return about->words[5]; }

static word look_at(word folder, const char *name, int flags, struct about *about)
{
    const int basics = 0x7ff;
    return syscall5(SYS_statx, folder, (word)name, flags, basics, (word)about);
}

static word rename_in(word folder, const char *from, const char *to) { return syscall5(SYS_renameat2, folder, (word)from, folder, (word)to, 0); }
static void remove_in(word folder, const char *name) { syscall5(SYS_unlinkat, folder, (word)name, 0, 0, 0); }

/* name.number */
static const char *part(char *at, const char *name, uword number)
{
    *put_number(put_text(put_text(at, name), "."), number) = 0;
    return at;
}

/* Each part is younger than the one before, however coarse the file system's clock is: the agent knows them by it, in units of 100 ns. */
static void make_younger(word file, word folder, const char *before)
{
    const word unit = 100, second = 1000000000 / unit;
    struct about about;
    word now[2] = { 0, 0 };
    syscall5(SYS_clock_gettime, 0, (word)now, 0, 0, 0);
    word ticks = now[0] * second + now[1] / unit;
    if (look_at(folder, before, AT_SYMLINK_NOFOLLOW, &about) == 0) {
        word last = (word)about.words[14] * second + (word)(unsigned)about.words[15] / unit;
        if (ticks <= last) ticks = last + 1;
    }
    word times[4] = { ticks / second, ticks % second * unit, ticks / second, ticks % second * unit };
    syscall5(SYS_utimensat, file, 0, (word)times, 0, 0);
}

static void shift(word folder, const char *name, const char *newest)
{
    char from[64], to[64];
    if (rotation.count == 0) {
        remove_in(folder, newest);
        return;
    }
    word file = syscall5(SYS_openat, folder, (word)newest, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0, 0);
    if (file < 0)
        return;
    make_younger(file, folder, part(from, name, 1));
    close_file(file);
    for (uword i = rotation.count - 1; i >= 1; i--)
        rename_in(folder, part(from, name, i), part(to, name, i + 1));
    rename_in(folder, newest, part(to, name, 1));
}

/* False: there is no room. Nothing is left then. */
static int copy_part(word folder, word source, const char *to, uword from, uword count)
{
    word offset = (word)from, got = 1;
    word file = syscall5(SYS_openat, folder, (word)to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644, 0);
    if (file < 0)
        return 0;
    while (count && got > 0) {
        got = syscall5(SYS_sendfile, file, source, (word)&offset, (word)count, 0);
        if (got > 0) count -= (uword)got;
        if (got == -EINTR) got = 1;
    }
    close_file(file);
    if (got < 0)
        remove_in(folder, to);
    return got >= 0;
}

static int take_off(word file, uword count) { return syscall5(SYS_fallocate, file, FALLOC_FL_COLLAPSE_RANGE, 0, (word)count, 0) == 0; }

/* The part of a rotation that was cut short: the only one of its bytes if they were taken off the file already, else a copy of the file's first ones. */
static void recover(word folder, word source, const char *name, const char *left)
{
    static char one[4096], two[4096];
    struct about about;
    word file = syscall5(SYS_openat, folder, (word)left, O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0, 0);
    if (file == -ENOENT)
        return;
    int is_copy = file < 0 || look_at(file, "", AT_EMPTY_PATH, &about) < 0 || !is_file(&about);
    if (!is_copy) {
        word count = syscall5(SYS_pread64, file, (word)one, sizeof one, 0, 0), same_bytes = 0;
        if (syscall5(SYS_pread64, source, (word)two, sizeof two, 0, 0) >= count)
            while (same_bytes < count && one[same_bytes] == two[same_bytes]) same_bytes++;
        is_copy = same_bytes == count;
    }
    if (file >= 0)
        close_file(file);
    if (is_copy)
        remove_in(folder, left);
    else
        shift(folder, name, left);
}

static void rotate_file(word folder, word source, const char *name)
{
    enum { BLOCK = 4096 };
    char temporary[64];
    struct about about;
    /* It is what was opened that is judged: the task may put anything in its place, and what has a second name may be somebody else's. */
    if (look_at(source, "", AT_EMPTY_PATH, &about) < 0 || !is_file(&about) || links_of(&about) != 1)
        return;
    *put_text(put_text(temporary, name), ".rotating") = 0;
    recover(folder, source, name, temporary);
    uword whole = size_of(&about), size = rotation.size / BLOCK * BLOCK, from = 0;
    if (size == 0) size = BLOCK;
    /* Short of the end of the file. What is more than is kept is not copied first. */
    uword parts = whole ? (whole - 1) / size : 0;
    if (parts == 0)
        return;
    if (parts > rotation.count && !take_off(source, (parts - rotation.count) * size))
        from = (parts - rotation.count) * size;
    for (uword left = parts < rotation.count ? parts : rotation.count; left > 0; left--) {
        if (!copy_part(folder, source, temporary, from, size))
            return;
        if (from > 0 || !take_off(source, size))
            from += size;
        shift(folder, name, temporary);
    }
    if (from > 0 && look_at(source, "", AT_EMPTY_PATH, &about) == 0 && copy_part(folder, source, temporary, from, size_of(&about) - from)) {
        syscall5(SYS_ftruncate, source, 0, 0, 0, 0);
        shift(folder, name, temporary);
    }
}

static void rotate_output(void)
{
    static const char *const names[] = { "stdout", "stderr" };
    struct about about;
    word folder = syscall5(SYS_openat, AT_FDCWD, (word)rotation.sandbox, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0);
    if (folder < 0)
        return;
    for (int i = 0; i < LENGTH(names); i++) {
        if (look_at(folder, names[i], AT_SYMLINK_NOFOLLOW, &about) < 0 || !is_file(&about) || size_of(&about) < rotation.size)
            continue;
        /* An agent that starts takes the lock for its life, and with that waits for what is under way here. */
        if (syscall5(SYS_flock, rotation.agents, LOCK_SH | LOCK_NB, 0, 0, 0) < 0)
            break;
        word source = syscall5(SYS_openat, folder, (word)names[i], O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0, 0);
        if (source >= 0) {
            rotate_file(folder, source, names[i]);
            close_file(source);
        }
        syscall5(SYS_flock, rotation.agents, LOCK_UN, 0, 0, 0);
    }
    close_file(folder);
}

static int is_agent_there(void)
{
    char byte;
    return syscall5(SYS_read, rotation.agents, (word)&byte, 1, 0, 0) == -EAGAIN;
}

/* While none is there the pipe tells of each supervisor that goes, and is not listened to. */
static void become_away(int is_away)
{
    word seconds[4] = { is_away, 0, is_away, 0 };
    syscall5(SYS_fcntl, rotation.agents, F_SETFL, is_away ? O_NONBLOCK : O_NONBLOCK | O_ASYNC, 0, 0);
    if (is_away != rotation.is_away)
        syscall5(SYS_setitimer, 0, (word)seconds, 0, 0, 0);
    rotation.is_away = is_away;
}

static void on_signal(int number)
{
    if (number == SIGALRM && !is_agent_there()) {
        rotate_output();
        return;
    }
    become_away(0);
    /* It may have gone before its end would have been told. */
    if (!is_agent_there())
        become_away(1);
}

/* about: the size, how many are kept, and the pipe. */
static void keep_output_small(const char *sandbox, const char *about)
{
    rotation.sandbox = sandbox;
    rotation.size = get_number(&about);
    if (*about == ',') about++;
    rotation.count = get_number(&about);
    if (*about == ',') about++;
    if ((rotation.agents = open_file(about, O_NONBLOCK | O_CLOEXEC)) < 0)
        return;
    const uword action[4] = { (uword)on_signal, SA_RESTART | SA_RESTORER, SA_RESTORER ? (uword)end_handler : 0, 0 };
    syscall5(SYS_rt_sigaction, SIGALRM, (word)action, 0, 8, 0);
    syscall5(SYS_rt_sigaction, SIGIO, (word)action, 0, 8, 0);
    syscall5(SYS_fcntl, rotation.agents, F_SETOWN, syscall5(SYS_getpid, 0, 0, 0, 0, 0), 0, 0);
    on_signal(0);
}
