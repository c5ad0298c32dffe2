#!/usr/bin/env python3
"""Holds that `using namespace logbuf;` makes no name of the system ambiguous: names.py HEADERS CXX.

Takes the names that the headers declare in namespace logbuf (and spsc, mpsc), and asks the compiler for each whether the
system's own headers, and the standard library's, have it too.
"""
import pathlib
import re
import subprocess
import sys

SYSTEM = """aio.h arpa/inet.h assert.h complex.h ctype.h dirent.h dlfcn.h errno.h fcntl.h fenv.h fmtmsg.h fnmatch.h ftw.h glob.h grp.h
iconv.h inttypes.h langinfo.h libgen.h limits.h locale.h math.h monetary.h mqueue.h net/if.h netdb.h netinet/in.h netinet/tcp.h
nl_types.h poll.h pthread.h pwd.h regex.h sched.h search.h semaphore.h setjmp.h signal.h spawn.h stdio.h stdlib.h string.h strings.h
sys/epoll.h sys/eventfd.h sys/ipc.h sys/mman.h sys/msg.h sys/resource.h sys/select.h sys/sem.h sys/shm.h sys/socket.h sys/stat.h
sys/statvfs.h sys/syscall.h sys/time.h sys/times.h sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h syslog.h tar.h termios.h
time.h ulimit.h unistd.h utime.h utmpx.h wchar.h wctype.h wordexp.h""".split()
STANDARD = """algorithm any array atomic barrier bit bitset charconv chrono compare complex concepts condition_variable coroutine deque
exception execution filesystem format forward_list fstream functional future initializer_list iomanip ios iostream istream iterator latch
limits list locale map memory memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex
scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector
version""".split()
OVERLOADED = {"to_string", "message"}  # functions of our own types, found by their argument


NAMED = [re.compile(p) for p in (
    r"(?:class|struct|enum class)(?: \[\[.*?\]\]| LOGBUF_\w+)* (\w+)",
    r"using (\w+) =",
    r"(?:template <[^;]*> )?concept (\w+) =",
    r"(?:[\w:<>,&*]+ )*[\w:<>,&*]+ [&*]?(\w+)(?:\{|\(| = )",
)]


def declared(headers):
    """The names at the level of a namespace that is neither detail nor platform. Their lines start at the margin."""
    names = set()
    for path in headers.rglob("*.hpp"):
        scopes = []
        for line in re.sub(r"//(?! namespace)[^\n]*", "", path.read_text(encoding="utf-8")).splitlines():
            line = re.sub(r"^(?:\[\[.*?\]\] |LOGBUF_\w+ )+", "", line)
            if opened := re.match(r"namespace ([\w: ]+) \{", line):
                scopes.append(opened[1])
            elif re.match(r"\}  // namespace", line):
                scopes.pop()
            elif scopes and not re.search("detail|platform", " ".join(scopes)):
                names.update(found[1] for pattern in NAMED if (found := pattern.match(line)))
    return sorted(names - OVERLOADED)


def known(names, scope, includes, compiler):
    """Those of the names that this scope has: those that the compiler does not complain of."""
    text = "".join(f"#if __has_include(<{h}>)\n#include <{h}>\n#endif\n" for h in includes)
    text += "".join(f'#line 1 "{n}"\nnamespace probe_{n} {{ using {scope}::{n}; }}\n' for n in names)
    run = subprocess.run([compiler, "-std=c++20", "-D_GNU_SOURCE", "-fsyntax-only", "-fmax-errors=0", "-w", "-x", "c++", "-"], input=text,
                         text=True, capture_output=True)
    missing = set(re.findall(r"^(\w+):1:\d+: error", run.stderr, re.M))
    return [n for n in names if n not in missing]


def main():
    headers, compiler = pathlib.Path(sys.argv[1]) / "logbuf", sys.argv[2]
    names = declared(headers)
    if "g++" not in compiler and "c++" not in compiler or "clang" in compiler:
        return print("SKIPPED: it asks GCC") or 0
    probe = known(sorted({*names, "access"}), "", SYSTEM, compiler)  # access(2): what has to be found
    faults = [f"{n}: the system has this name too" for n in probe if n != "access" or n in names]
    if "access" not in probe:
        faults.append("access() was not found among the system's names: the probe is broken")
    faults += [f"{n}: namespace std has this name too" for n in known(names, "std", STANDARD, compiler)]
    print("\n".join(faults))
    print(f"{len(names)} names, {len(faults)} ambiguous")
    return bool(faults) or len(names) < 50


sys.exit(main())
