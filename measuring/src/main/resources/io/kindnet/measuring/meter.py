# Starts the programs that it is told to, and measures them. One request a line on standard input, one answer a line on standard
# output, both JSON. It is small on purpose: the kernel charges a program's peak memory with what its parent had when it was
# started, and the measuring side is a JVM of a hundred MiB.
import json
import os
import signal
import sys
import time


LONGEST = 600  # seconds: a program that hangs ends the measuring, and with it the machine
REST = 0.001  # seconds without work: then a watched process has done what a program asked it for
TIMEOUT = 0.1  # seconds: until it is taken to be busy with something else


class Running:
    def __init__(self, job):
        self.output = os.memfd_create("stdout")
        self.errors = os.memfd_create("stderr")
        reading, writing = os.pipe()
        os.write(writing, job["input"].encode())  # no more than a pipe holds
        os.close(writing)
        onto = [(os.POSIX_SPAWN_DUP2, reading, 0), (os.POSIX_SPAWN_DUP2, self.output, 1),
                (os.POSIX_SPAWN_DUP2, self.errors, 2)]
        command = job["command"]
        self.began = time.monotonic_ns()
        try:
            self.pid = os.posix_spawn(command[0], command, job["environment"], file_actions=onto)
        except OSError as error:
            os.write(self.errors, str(error).encode())
            self.pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 127"], {})  # as a shell says it
        os.close(reading)

    # usage: of the process and of all its descendants that were waited for
    def ended(self, at, status, usage):
        return {"wallNanos": at - self.began, "cpuMicros": round((usage.ru_utime + usage.ru_stime) * 1e6),
                "peakKib": usage.ru_maxrss, "exit": os.waitstatus_to_exitcode(status),
                "output": content(self.output), "errors": content(self.errors)}


def content(memory):
    text = os.pread(memory, os.fstat(memory).st_size, 0).decode(errors="replace")
    os.close(memory)
    return text


# CPU time of a process that is no child, in nanoseconds, threads that have ended included: the clock that clock_getcpuclockid(3)
# makes of its id, CPUCLOCK_SCHED in linux/posix-timers_types.h
def used(pid):
    return time.clock_gettime_ns(~pid << 3 | 2) if pid else 0


def used_at_rest(pid):
    at, until = used(pid), time.monotonic() + TIMEOUT
    while pid and time.monotonic() < until:
        time.sleep(REST)
        before, at = at, used(pid)
        if at == before:
            break
    return at


for line in sys.stdin:
    request = json.loads(line)
    signal.alarm(LONGEST)
    jobs, at_once, watched = request["jobs"], request["atOnce"], request["watched"]
    used_before = used_at_rest(watched)
    running, samples, begun = {}, [None] * len(jobs), 0
    began = time.monotonic_ns()
    while begun < len(jobs) or running:
        while begun < len(jobs) and len(running) < at_once:
            started = Running(jobs[begun])
            running[started.pid] = (begun, started)
            begun += 1
        pid, status, usage = os.wait4(-1, 0)
        at = time.monotonic_ns()
        index, ended = running.pop(pid)
        samples[index] = ended.ended(at, status, usage)
    took = time.monotonic_ns() - began
    print(json.dumps({"wallNanos": took, "watchedNanos": used_at_rest(watched) - used_before, "samples": samples}), flush=True)
