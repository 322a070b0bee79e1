/* The terminal of a task: its far end is the task's, and a process at its near end writes down what comes out. */

struct terminal { word far, writer; char path[32]; };

/* Until all who have the far end open are gone. */
static void write_down(word near, const char *sandbox, const char *user)
{
    static char bytes[4096];
    close_all(START_LOCK, near);
    syscall5(SYS_setsid, 0, 0, 0, 0, 0);
    /* As the task's user, so that nothing in the sandbox can lead it to a file that the task may not write. */
    if (become_user(user, 0) < 0 || syscall5(SYS_chdir, (word)sandbox, 0, 0, 0, 0) < 0)
        leave(126);
    word output = open_file("stdout", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC), count;
    while ((count = syscall5(SYS_read, near, (word)bytes, sizeof bytes, 0, 0)) > 0 || count == -EINTR)
        for (word done = 0, written; done < count; done += written)
            if ((written = syscall5(SYS_write, output, (word)bytes + done, count - done, 0, 0)) <= 0)
                break; /* No room on the disk: the task goes on without its words. */
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
