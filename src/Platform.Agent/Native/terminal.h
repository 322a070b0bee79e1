/* The terminal of a task: its far end is the task's, and a process at its near end writes down what comes out and types what comes in. */

struct terminal { word far, writer; char path[32]; };

enum { TYPED = 0 };

/*
 * What is to be typed comes through a named pipe in messages of at most 4096 bytes, which the kernel keeps whole: three 16-bit numbers (the bytes that
 * follow, and columns and rows of a new size or 0) and the bytes. How many bytes there are.
 */
static word next_typed(word near, char *bytes, word most)
{
    unsigned short about[3];
    if (syscall5(SYS_read, TYPED, (word)about, sizeof about, 0, 0) != sizeof about)
        return 0;
    unsigned short size[4] = { about[2], about[1], 0, 0 };
    if (about[1] && about[2])
        syscall5(SYS_ioctl, near, TIOCSWINSZ, (word)size, 0, 0);
    word count = about[0] ? syscall5(SYS_read, TYPED, (word)bytes, about[0] < most ? about[0] : most, 0, 0) : 0;
    return count > 0 ? count : 0;
}

/* Until all who have the far end open are gone. input: the pipe with what is typed; less than 0: there is none. */
static void write_down(word near, word input, const char *sandbox, const char *user)
{
    static char bytes[4096], typed[4096];
    struct { int file; short wanted, found; } ends[2] = { { (int)near, 0, 0 }, { -1, POLLIN, 0 } };
    word left = 0, done = 0, count, written;
    if (input >= 0)
        duplicate(input, TYPED);
    close_all(START_LOCK, near);
    syscall5(SYS_setsid, 0, 0, 0, 0, 0);
    /* As the task's user, so that nothing in the sandbox can lead it to a file that the task may not write. */
    if (become_user(user, 0) < 0 || syscall5(SYS_chdir, (word)sandbox, 0, 0, 0, 0) < 0)
        leave(126);
    word output = open_file("stdout", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);
    /* A task that does not read what is typed is heard all the same. */
    syscall5(SYS_fcntl, near, F_SETFL, O_NONBLOCK, 0, 0);
    for (;;) {
        ends[0].wanted = left ? POLLIN | POLLOUT : POLLIN;
        ends[1].file = input >= 0 && !left ? TYPED : -1;
        ends[0].found = ends[1].found = 0;
        syscall5(SYS_ppoll, (word)ends, LENGTH(ends), 0, 0, 0);
        if (ends[1].found)
            left = next_typed(near, typed, sizeof typed), done = 0;
        if (left && (written = syscall5(SYS_write, near, (word)typed + done, left, 0, 0)) > 0)
            done += written, left -= written;
        count = syscall5(SYS_read, near, (word)bytes, sizeof bytes, 0, 0);
        if (count <= 0 && count != -EINTR && count != -EAGAIN)
            break;
        for (word down = 0; down < count; down += written)
            if ((written = syscall5(SYS_write, output, (word)bytes + down, count - down, 0, 0)) <= 0)
                break; /* No room on the disk: the task goes on without its words. */
    }
    leave(0);
}

/* user: as the machine counts it. */
static word open_terminal(struct terminal *terminal, const char *user)
{
    unsigned number = 0, unlock = 0;
    unsigned short size[4] = { 24, 80, 0, 0 };
    word result, near = open_file("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (near < 0)
        return near;
    if ((result = syscall5(SYS_ioctl, near, TIOCSPTLCK, (word)&unlock, 0, 0)) < 0
        || (result = syscall5(SYS_ioctl, near, (word)TIOCGPTN, (word)&number, 0, 0)) < 0
        || (result = syscall5(SYS_ioctl, near, TIOCSWINSZ, (word)size, 0, 0)) < 0)
        return result;
    *put_number(put_text(terminal->path, "/dev/pts/"), number) = 0;
    if (!same(user, "-") && (result = syscall5(SYS_fchownat, AT_FDCWD, (word)terminal->path, (word)get_number(&user), -1, 0)) < 0)
        return result;
    /* Held until the task has ended, so that the near end stays whatever the task opens and closes. */
    if ((terminal->far = open_file(terminal->path, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
        return terminal->far;
    return near;
}
