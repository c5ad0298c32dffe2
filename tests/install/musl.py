#!/usr/bin/env python3
"""Holds that the headers compile with another C library, musl, and with kernel headers of long ago: musl.py HEADERS CXX.

Debian has musl's headers (musl-dev), but no C++ library for them. So GCC's C++ headers, which are configured for glibc, are
told in a few lines what musl lacks. The program is compiled, and not linked.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

MUSL = pathlib.Path("/usr/include/x86_64-linux-musl")
KERNEL = {"linux": "/usr/include/linux", "asm": "/usr/include/x86_64-linux-gnu/asm", "asm-generic": "/usr/include/asm-generic"}
TOLD = """#pragma once
#define __GLIBC_PREREQ(a, b) 0
#include <bits/c++config.h>
#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK
#include <locale.h>
typedef locale_t __locale_t;
enum { _ISupper = 1, _ISlower = 2, _ISalpha = 4, _ISdigit = 8, _ISxdigit = 16, _ISspace = 32, _ISprint = 64, _ISgraph = 128,
       _ISblank = 256, _IScntrl = 512, _ISpunct = 1024, _ISalnum = 2048 };
"""
PROGRAM = """
#include <logbuf/logbuf.hpp>
#if defined(__GLIBC__) || defined(MEMBARRIER_IS_THERE)
#error "these are not the headers that were meant"
#endif
struct counted : logbuf::default_traits {
  using statistics = logbuf::counting_statistics;
};
int main() {
  logbuf::options o;
  o.first_touch_cpu = 0;
  o.lock = true;
  o.pages = logbuf::huge_pages::if_available;
  auto made = logbuf::mpsc::try_channel<counted>(65536, o);
  if (!made) return 1;
  auto& [tx, rx] = *made;
  (void)tx.send(std::as_bytes(std::span("text")));
  (void)rx.receive_for(std::chrono::seconds(1));
  return logbuf::prepare_wake_fences() && rx.arm();
}
"""


def main():
    headers, compiler = sys.argv[1:3]
    if not MUSL.is_dir():
        return print("SKIPPED: it needs musl-dev") or 0
    said = subprocess.run([compiler, "-E", "-v", "-x", "c++", "/dev/null"], text=True, capture_output=True).stderr
    own = [d for d in re.search(r"#include <\.\.\.> search starts here:\n(.*?)End of", said, re.S)[1].split()
           if "c++" in d or "/lib/gcc/" in d or "/lib/clang/" in d]
    faults = []
    with tempfile.TemporaryDirectory() as at:
        kernel = pathlib.Path(at) / "kernel"
        kernel.mkdir()
        for name, folder in KERNEL.items():  # without membarrier.h, which is younger than many systems
            (kernel / name).mkdir()
            for entry in pathlib.Path(folder).iterdir():
                if entry.name != "membarrier.h":
                    (kernel / name / entry.name).symlink_to(entry)
        told = pathlib.Path(at) / "told.hpp"
        told.write_text(TOLD, encoding="utf-8")

        def compiles(program, *flags):
            command = [compiler, "-std=c++20", "-Wall", "-Wextra", "-Wno-psabi", "-nostdinc", "-nostdinc++", "-include", told, *flags]
            for folder in [*own, MUSL, kernel]:
                command += ["-isystem", folder]
            return subprocess.run([*command, f"-I{headers}", "-fsyntax-only", "-x", "c++", "-"], input=program, text=True, capture_output=True)

        for flags in ([], ["-DLOGBUF_PORTABLE_PARKER"], ["-fno-exceptions", "-fno-rtti"]):
            run = compiles("#if __has_include(<linux/membarrier.h>)\n#define MEMBARRIER_IS_THERE\n#endif\n" + PROGRAM, *flags)
            if run.returncode or "warning" in run.stderr:
                faults.append(f"{' '.join(flags) or 'without flags'}: does not compile:\n{run.stderr[:1500]}")
        run = compiles("#include <pthread.h>\nauto f = &pthread_attr_setaffinity_np;\n")
        if "pthread_attr_setaffinity_np" not in run.stderr:
            faults.append("the probe is broken: musl has no pthread_attr_setaffinity_np, and this compiles")
    print("\n".join(faults))
    print(f"4 checks, {len(faults)} wrong")
    return bool(faults)


sys.exit(main())
