"""Runs a command and prints its wall time in seconds and its peak memory in KiB: `python3 measure.py COMMAND...`

Memory is the high-water mark of the resident set as the kernel keeps it for the command's process. It is read every 5 ms,
because the figure that `wait4` gives counts the memory of the process that started the command too. The command's output
goes to standard error.
"""

import os
import sys
import threading
import time


def peak(process):
    """The peak resident set in KiB; none when the process has let go of its memory."""
    try:
        with open(f"/proc/{process}/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), None)
    except OSError:
        return None


def watch(process, ended, seen):
    while not ended.wait(0.005):
        seen.append(peak(process) or 0)


def main(command):
    ended, seen = threading.Event(), [0]
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
    watcher = threading.Thread(target=watch, args=(process, ended, seen))
    watcher.start()
    _, status = os.waitpid(process, 0)
    wall = time.perf_counter() - start
    ended.set()
    watcher.join()
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"{' '.join(command)} ended with {code}")
    print(f"{wall:.4f} {max(seen)}")


main(sys.argv[1:])
