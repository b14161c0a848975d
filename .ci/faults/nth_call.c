/* Runs a program, and lets its n-th system call that has to do with files and threads fail, or kills it there.
 *
 *   nth_call fail|interrupt|kill N LOG program [argument ...]
 *
 * fail:       the call does nothing, and answers what a full disk, a broken one, or too many open files would
 * interrupt:  the call does nothing, and answers that a signal came (EINTR), where one may
 * kill:       SIGKILL before the call; only calls that change something are counted
 *
 * N = 0 lets the program run, and LOG has all calls. Else LOG has one line: the call that was hit, or "untouched".
 * A shim of LD_PRELOAD would miss the calls that Rust programs make without libc. Calls of the program's loader are not
 * counted: counting begins with sigaltstack, by which Rust's runtime begins.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the registers of x86-64 are meant"
#endif

enum what { NOTHING, PATH, PATH_AT, DESCRIPTOR };

struct call {
    long number;
    const char *name;
    int error;         /* what it answers when it fails */
    enum what what;    /* what its first arguments name */
    int interruptible; /* may answer EINTR */
    int changes;       /* changes something that others can see */
};

static const struct call CALLS[] = {
    {SYS_openat, "openat", EMFILE, PATH_AT, 1, 0},
    {SYS_open, "open", EMFILE, PATH, 1, 0},
    {SYS_read, "read", EIO, DESCRIPTOR, 1, 0},
    {SYS_pread64, "pread64", EIO, DESCRIPTOR, 0, 0},
    {SYS_readv, "readv", EIO, DESCRIPTOR, 1, 0},
    {SYS_write, "write", ENOSPC, DESCRIPTOR, 1, 1},
    {SYS_pwrite64, "pwrite64", ENOSPC, DESCRIPTOR, 1, 1},
    {SYS_writev, "writev", ENOSPC, DESCRIPTOR, 1, 1},
    {SYS_copy_file_range, "copy_file_range", ENOSPC, DESCRIPTOR, 0, 1},
    {SYS_sendfile, "sendfile", EIO, DESCRIPTOR, 0, 1},
    {SYS_ftruncate, "ftruncate", EIO, DESCRIPTOR, 1, 1},
    {SYS_fsync, "fsync", EIO, DESCRIPTOR, 1, 1},
    {SYS_fdatasync, "fdatasync", EIO, DESCRIPTOR, 1, 1},
    {SYS_lseek, "lseek", EIO, DESCRIPTOR, 0, 0},
    {SYS_fstat, "fstat", EIO, DESCRIPTOR, 0, 0},
    {SYS_newfstatat, "newfstatat", EACCES, PATH_AT, 0, 0},
    {SYS_stat, "stat", EACCES, PATH, 0, 0},
    {SYS_lstat, "lstat", EACCES, PATH, 0, 0},
    {SYS_statx, "statx", EACCES, PATH_AT, 0, 0},
    {SYS_readlink, "readlink", EACCES, PATH, 0, 0},
    {SYS_readlinkat, "readlinkat", EACCES, PATH_AT, 0, 0},
    {SYS_getdents64, "getdents64", EIO, DESCRIPTOR, 0, 0},
    {SYS_rename, "rename", EACCES, PATH, 0, 1},
    {SYS_renameat, "renameat", EACCES, PATH_AT, 0, 1},
    {SYS_renameat2, "renameat2", EACCES, PATH_AT, 0, 1},
    {SYS_link, "link", ENOSPC, PATH, 0, 1},
    {SYS_linkat, "linkat", ENOSPC, PATH_AT, 0, 1},
    {SYS_unlink, "unlink", EACCES, PATH, 0, 1},
    {SYS_unlinkat, "unlinkat", EACCES, PATH_AT, 0, 1},
    {SYS_mkdir, "mkdir", ENOSPC, PATH, 0, 1},
    {SYS_mkdirat, "mkdirat", ENOSPC, PATH_AT, 0, 1},
    {SYS_rmdir, "rmdir", EACCES, PATH, 0, 1},
    {SYS_chmod, "chmod", EACCES, PATH, 0, 1},
    {SYS_fchmod, "fchmod", EACCES, DESCRIPTOR, 0, 1},
    {SYS_fchown, "fchown", EACCES, DESCRIPTOR, 0, 1},
    {SYS_flock, "flock", EIO, DESCRIPTOR, 1, 0},
    {SYS_fcntl, "fcntl", EMFILE, DESCRIPTOR, 0, 0},
    {SYS_clone, "clone", EAGAIN, NOTHING, 0, 0},
    {SYS_clone3, "clone3", EAGAIN, NOTHING, 0, 0},
};

static const struct call *known(long number) {
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++)
        if (CALLS[i].number == number) return &CALLS[i];
    return NULL;
}

/* A string of the program. It may go on in the next page, or end with the last one. */
static void text_at(pid_t thread, unsigned long long place, char *text, size_t size) {
    size_t first = 4096 - (place & 4095);
    if (first > size - 1) first = size - 1;
    struct iovec here = {text, size - 1};
    struct iovec there[] = {{(void *)place, first}, {(void *)(place + first), size - 1 - first}};
    ssize_t length = process_vm_readv(thread, &here, 1, there, 2, 0);
    text[length < 0 ? 0 : length] = 0;
    for (char *at = text; *at; at++) if (*at == '\n' || *at == '\t') *at = '?';
}

/* What a call is about: its file. */
static void about(pid_t thread, const struct call *call, const struct user_regs_struct *regs, char *text, size_t size) {
    text[0] = 0;
    if (call->what == DESCRIPTOR) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/fd/%d", thread, (int)regs->rdi);
        ssize_t length = readlink(path, text, size - 1);
        text[length < 0 ? 0 : length] = 0;
    } else if (call->what != NOTHING) {
        text_at(thread, call->what == PATH ? regs->rdi : regs->rsi, text, size);
    }
}

/* The new name of a rename or link. */
static void target(pid_t thread, const struct call *call, const struct user_regs_struct *regs, char *text, size_t size) {
    text[0] = 0;
    if (!strncmp(call->name, "rename", 6) || !strncmp(call->name, "link", 4))
        text_at(thread, call->what == PATH ? regs->rsi : regs->r10, text, size);
}

#define MOST 4096
static struct { pid_t thread; int is_inside; int error; } threads[MOST];

static int of(pid_t thread) {
    int free = -1;
    for (int i = 0; i < MOST; i++) {
        if (threads[i].thread == thread) return i;
        if (!threads[i].thread && free < 0) free = i;
    }
    if (free < 0) { fprintf(stderr, "nth_call: too many threads\n"); exit(125); }
    threads[free].thread = thread;
    threads[free].is_inside = threads[free].error = 0;
    return free;
}

int main(int argc, char **argv) {
    if (argc < 5) { fprintf(stderr, "usage: nth_call fail|interrupt|kill N LOG program [argument ...]\n"); return 125; }
    int kills = !strcmp(argv[1], "kill"), interrupts = !strcmp(argv[1], "interrupt");
    long wanted = atol(argv[2]), counted = 0;
    FILE *log = fopen(argv[3], "w");
    if (!log) { perror(argv[3]); return 125; }
    fcntl(fileno(log), F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execvp(argv[4], argv + 4);
        perror(argv[4]);
        _exit(125);
    }
    int status, counts = 0, is_hit = 0;
    waitpid(child, &status, 0);
    ptrace(PTRACE_SETOPTIONS, child, 0,
           PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC
               | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SYSCALL, child, 0, 0);
    for (;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0) return 125;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            threads[of(thread)].thread = 0;
            if (thread != child) continue;
            if (wanted && !is_hit) fprintf(log, "untouched\n");
            fclose(log);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        int signal = WSTOPSIG(status);
        if (signal != (SIGTRAP | 0x80)) {
            /* New threads begin with a stop; everything else that stops is the program's own. */
            int is_ours = signal == SIGTRAP || signal == SIGSTOP;
            ptrace(PTRACE_SYSCALL, thread, 0, is_ours ? 0 : signal);
            continue;
        }
        int at = of(thread);
        struct user_regs_struct regs;
        ptrace(PTRACE_GETREGS, thread, 0, &regs);
        threads[at].is_inside = !threads[at].is_inside;
        if (!threads[at].is_inside) {
            if (threads[at].error) {
                regs.rax = -threads[at].error;
                ptrace(PTRACE_SETREGS, thread, 0, &regs);
                threads[at].error = 0;
            }
        } else if (regs.orig_rax == SYS_sigaltstack) {
            counts = 1;
        } else {
            const struct call *call = counts ? known(regs.orig_rax) : NULL;
            /* What cannot be said any more on standard error is said nowhere. */
            int is_said = call && call->what == DESCRIPTOR && (int)regs.rdi == 2;
            int changes = call && (call->changes || (call->number == SYS_openat && (regs.rdx & O_CREAT)));
            /* Rust's debug builds ask each descriptor that they close whether it is one. */
            int is_asked = call && call->number == SYS_fcntl && regs.rsi == F_GETFD;
            if (call && !is_said && !is_asked && (!kills || changes) && (!interrupts || call->interruptible)) {
                counted++;
                if (!wanted || counted == wanted) {
                    char one[1024], other[1024];
                    about(thread, call, &regs, one, sizeof one);
                    target(thread, call, &regs, other, sizeof other);
                    fprintf(log, "%ld\t%s\t%s\t%s\n", counted, call->name, one, other);
                }
                if (counted == wanted) {
                    is_hit = 1;
                    if (kills) {
                        fclose(log);
                        kill(child, SIGKILL);
                        while (waitpid(-1, &status, __WALL) > 0) ;
                        return 128 + SIGKILL;
                    }
                    threads[at].error = interrupts ? EINTR : call->error;
                    regs.orig_rax = -1;
                    ptrace(PTRACE_SETREGS, thread, 0, &regs);
                }
            }
        }
        ptrace(PTRACE_SYSCALL, thread, 0, 0);
    }
}
