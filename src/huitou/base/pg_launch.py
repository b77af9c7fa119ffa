"""Becomes PostgreSQL: drops root, asks to die with the parent, then execs the command.

Run by path with `python -I -S`, never imported by the product; the standard library only. A process
of its own instead of `preexec_fn`, which is unsafe beside threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent_pid: int, uid: int, gid: int, command: list[str]) -> None:
    """Replace this process by `command`, run as `uid`:`gid` (when root) and bound to the parent."""
    os.umask(0o077)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # A change of user clears the death signal, hence afterwards. SIGINT is PostgreSQL's fast stop.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit("the supervisor is gone")
    os.execv(command[0], command)  # noqa: S606 (a list of our own making, no shell)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
