#!/usr/bin/env python3
"""Holds what CMake and pkg-config make of the library in other projects: cmake_uses.py ROOT CXX exported|twice|folders|libatomic.

  exported  a library that links logbuf and exports itself, from its build and from where it is installed
  twice     logbuf comes from two places of one tree, in each order; two versions are an error that names both
  folders   installation into folders that are relative or absolute, for find_package and for pkg-config
  libatomic Clang for a 32-bit processor, where 64-bit atomics need a library
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

MAIN = "#include <logbuf/logbuf.hpp>\nint main() { auto [tx, rx] = logbuf::mpsc::channel(64); }\n"
HEAD = "cmake_minimum_required(VERSION 3.25)\nproject(app LANGUAGES CXX)\n"
APP = "add_executable(app main.cpp)\ntarget_link_libraries(app PRIVATE logbuf::logbuf)\n"

VERSION = re.search(r'LOGBUF_VERSION_STRING "([\d.]+)"', (pathlib.Path(sys.argv[1]) / "include/logbuf/version.hpp").read_text("utf-8"))[1]
NEWER = f"{VERSION.rpartition('.')[0]}.{int(VERSION.rpartition('.')[2]) + 1}"
TOOLS = ("clang++-19", "i686-linux-gnu-g++")  # of the last test

faults, checks = [], 0


def check(ok, what, said=""):
    global checks
    checks += 1
    if not ok:
        faults.append(what + ("\n" + said[-1500:] if said else ""))
    return ok


class Folder:
    def __init__(self, root, compiler, at):
        self.root, self.compiler, self.at = root, compiler, at
        # Nothing that is installed on this machine may stand in for what the test installs.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("CMAKE_", "PKG_CONFIG", "CPLUS_", "CPATH"))}
        if shutil.which("make") is None:
            self.environment["CMAKE_GENERATOR"] = "Ninja"

    def run(self, *command, **more):
        environment = {**self.environment, **more}
        return subprocess.run([str(c) for c in command], cwd=self.at, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def copy_of_logbuf(self, name, newer=False):
        for part in ("include", "src", "CMakeLists.txt", "LICENSE", "README.md"):
            source = self.root / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, (self.at / name).mkdir(exist_ok=True) or self.at / name / part)
        if newer:
            header = self.at / name / "include/logbuf/version.hpp"
            header.write_text(header.read_text(encoding="utf-8").replace(f'"{VERSION}"', f'"{NEWER}"'), encoding="utf-8")

    def write(self, files):
        for name, text in files.items():
            (self.at / name).parent.mkdir(parents=True, exist_ok=True)
            (self.at / name).write_text(text, encoding="utf-8")

    def configure(self, source, *options):
        return self.run("cmake", "-S", source, "-B", f"{source}/build", f"-DCMAKE_CXX_COMPILER={self.compiler}", *options)

    def builds(self, what, source, *options, program="app"):
        """Configures, builds, and runs the program, if there is one."""
        for run in (lambda: self.configure(source, *options), lambda: self.run("cmake", "--build", f"{source}/build"),
                    lambda: self.run(f"{source}/build/{program}") if program else self.run("true")):
            if not check((r := run()).returncode == 0, what, r.stdout):
                return False
        return True

    def installs(self, what, source, prefix, *options):
        run = self.run("cmake", "--install", f"{source}/build", "--prefix", self.at / prefix, *options)
        return check(run.returncode == 0, what, run.stdout)


def exported(f):
    f.copy_of_logbuf("logbuf")
    f.write({
        "user/CMakeLists.txt": HEAD.replace("app", "user") + """
add_subdirectory(../logbuf logbuf)
add_library(user STATIC user.cpp)
target_include_directories(user PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
target_link_libraries(user PUBLIC logbuf::logbuf)
install(TARGETS user EXPORT userTargets)
install(FILES user.hpp DESTINATION include)
install(EXPORT userTargets NAMESPACE user:: DESTINATION share/cmake/user)
export(EXPORT userTargets NAMESPACE user:: FILE ${CMAKE_CURRENT_BINARY_DIR}/userTargets.cmake)
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/userConfig.cmake
  "include(CMakeFindDependencyMacro)\\nfind_dependency(logbuf)\\ninclude(\\${CMAKE_CURRENT_LIST_DIR}/userTargets.cmake)\\n")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/userConfig.cmake DESTINATION share/cmake/user)
""",
        "user/user.hpp": "#pragma once\n#include <logbuf/logbuf.hpp>\nlogbuf::mpsc::producer<> no_producer();\n",
        "user/user.cpp": '#include "user.hpp"\nlogbuf::mpsc::producer<> no_producer() { return {}; }\n',
        "app/CMakeLists.txt": HEAD + "find_package(user REQUIRED)\nadd_executable(app main.cpp)\ntarget_link_libraries(app PRIVATE user::user)\n",
        "app/main.cpp": "#include <user.hpp>\nint main() { return no_producer().is_attached(); }\n",
    })
    if not f.builds("a library that links logbuf exports itself", "user", program=None):
        return
    f.builds("and is used from its build", "app", f"-Duser_DIR={f.at}/user/build", f"-Dlogbuf_DIR={f.at}/user/build/logbuf")
    f.installs("and is installed", "user", "alone")
    check(not (f.at / "alone/include/logbuf").exists(), "without logbuf, which nobody asked to install")
    f.installs("logbuf is installed as a component", "user", "alone", "--component", "logbuf")
    shutil.rmtree(f.at / "app/build")
    f.builds("and the library is found where it is installed", "app", f"-DCMAKE_PREFIX_PATH={f.at}/alone")

    shutil.rmtree(f.at / "user/build")
    f.builds("a library that installs logbuf with itself", "user", "-DLOGBUF_INSTALL=ON", program=None)
    f.installs("is installed", "user", "both")
    shutil.rmtree(f.at / "app/build")
    f.builds("and found, with logbuf", "app", f"-DCMAKE_PREFIX_PATH={f.at}/both")


def twice(f):
    for name, newer in (("logbuf", False), ("second", False), ("newer", True)):
        f.copy_of_logbuf(name, newer)
        if f.installs(f"{name} is installed", name, f"{name}-prefix") if f.configure(name).returncode == 0 else check(False, "configures"):
            shutil.rmtree(f.at / name / "build")
    step = {
        "add": "add_subdirectory(../logbuf logbuf)", "add second": "add_subdirectory(../second second)",
        "add newer": "add_subdirectory(../newer newer)", "find": f"find_package(logbuf REQUIRED PATHS {f.at}/logbuf-prefix NO_DEFAULT_PATH)",
        "find newer": f"unset(logbuf_DIR CACHE)\nfind_package(logbuf REQUIRED PATHS {f.at}/newer-prefix NO_DEFAULT_PATH)",
        "library": "add_subdirectory(one)", "another library": "add_subdirectory(two)",
    }
    nested = {f"{n}/CMakeLists.txt": f"add_subdirectory({f.at}/{c} {c})\nadd_library({n} INTERFACE)\ntarget_link_libraries({n} INTERFACE logbuf::logbuf)\n"
              for n, c in (("one", "logbuf"), ("two", "second"))}

    def project(*steps):
        shutil.rmtree(f.at / "app", ignore_errors=True)
        f.write({"app/CMakeLists.txt": HEAD + "\n".join(step[s] for s in steps) + "\n" + APP, "app/main.cpp": MAIN,
                 **{f"app/{name}": text for name, text in nested.items()}})

    for steps in (("add", "add second"), ("find", "add"), ("add", "find"), ("find", "find"), ("find", "add", "add second", "find"),
                  ("library", "another library"), ("library", "find"), ("find", "another library", "library")):
        project(*steps)
        f.builds(" then ".join(steps) + ": the first one serves", "app")
    for steps in (("add", "add newer"), ("find", "add newer"), ("add", "find newer"), ("find", "find newer")):
        project(*steps)
        run = f.configure("app")
        said = re.sub(r"\s+", " ", run.stdout)
        check(run.returncode != 0 and NEWER in said and f"version {VERSION} is in use already" in said,
              " then ".join(steps) + ": an error that names both versions", run.stdout)

    # What find_package finds in one folder is not seen in another one. CMake sees the two where a program links both.
    link = "add_library({0} INTERFACE)\ntarget_link_libraries({0} INTERFACE logbuf::logbuf)\n"
    for one, two, fits in (("find", "add second", True), ("find", "add newer", False), ("find", "find newer", False)):
        shutil.rmtree(f.at / "app")
        f.write({"app/CMakeLists.txt": HEAD + "add_subdirectory(one)\nadd_subdirectory(two)\n" + APP.replace("logbuf::logbuf", "one two"),
                 "app/one/CMakeLists.txt": step[one] + "\n" + link.format("one"), "app/main.cpp": MAIN,
                 "app/two/CMakeLists.txt": step[two].replace("../", "../../") + "\n" + link.format("two")})
        what = f"{one} in one folder, {two} in another, and a program that links both"
        if fits:
            f.builds(what, "app")
        else:
            run = f.configure("app")
            check(run.returncode != 0 and "LOGBUF_VERSION" in run.stdout, what + ": an error", run.stdout)


def folders(f):
    f.copy_of_logbuf("logbuf")
    f.write({"app/main.cpp": MAIN, "app/CMakeLists.txt": HEAD + "find_package(logbuf REQUIRED)\n" + APP})
    absolute_include, absolute_data = f"{f.at}/absolute/include files", f"{f.at}/absolute/data"
    for include, data in (("", ""), ("headers here", "data/here"), (absolute_include, ""), ("headers here", absolute_data),
                          (absolute_include, absolute_data)):
        what = f"include folder '{include or 'the default'}', data folder '{data or 'the default'}'"
        for gone in ("logbuf/build", "app/build", "prefix", "absolute"):
            shutil.rmtree(f.at / gone, ignore_errors=True)
        options = [f"-DCMAKE_INSTALL_INCLUDEDIR={include}"] * bool(include) + [f"-DCMAKE_INSTALL_DATADIR={data}"] * bool(data)
        options += [f"-DCMAKE_INSTALL_LIBDIR={f.at}/absolute/lib", f"-DCMAKE_INSTALL_PREFIX={f.at}/prefix"]
        run = f.configure("logbuf", *options)
        if not check(run.returncode == 0, f"{what}: configures", run.stdout) or not f.installs(f"{what}: installs", "logbuf", "prefix"):
            continue
        data_folder = f.at / "prefix" / (data or "share")
        flags = f.run("pkg-config", "--cflags", "--libs", "logbuf", PKG_CONFIG_PATH=str(data_folder / "pkgconfig"))
        if check(flags.returncode == 0 and "//" not in flags.stdout, f"{what}: pkg-config", flags.stdout):
            run = f.run(f.compiler, "-std=c++20", "app/main.cpp", *shlex.split(flags.stdout), "-o", "program")
            check(run.returncode == 0, f"{what}: a program compiles with its flags", flags.stdout + run.stdout)
        f.builds(f"{what}: find_package", "app", f"-Dlogbuf_DIR={data_folder}/cmake/logbuf")
        if include.startswith("/") or data.startswith("/"):
            continue
        (f.at / "prefix").rename(f.at / "moved")
        flags = f.run("pkg-config", "--cflags", "logbuf", PKG_CONFIG_PATH=str(f.at / "moved" / (data or "share") / "pkgconfig"))
        check(f"{f.at}/moved" in os.path.normpath(shlex.split(flags.stdout)[0][2:]), f"{what}: the prefix can be moved", flags.stdout)
        shutil.rmtree(f.at / "moved")


def libatomic(f):
    f.compiler = TOOLS[0]
    f.copy_of_logbuf("logbuf")
    machine = ["-DCMAKE_CXX_FLAGS=--target=i686-linux-gnu", "-DCMAKE_EXE_LINKER_FLAGS=-static"]
    program = MAIN.replace("}", "return tx.try_send(1)->commit() && rx.receive() ? 0 : 1; }")
    f.write({"app/main.cpp": program, "app/CMakeLists.txt": HEAD + "add_subdirectory(../logbuf logbuf)\n" + APP,
             "found/main.cpp": program, "found/CMakeLists.txt": HEAD + "find_package(logbuf REQUIRED)\n" + APP})
    f.builds("add_subdirectory", "app", *machine, program=None)
    run = f.configure("app", "-DLOGBUF_ATOMICS_LINK_WITH_LIBATOMIC=OFF")
    check(run.returncode != 0 and "install libatomic" in re.sub(r"\s+", " ", run.stdout), "without the library: an error that says so", run.stdout)
    run = f.configure("app")
    check(run.returncode == 0, "and once the library is there, the same folder configures", run.stdout)
    shutil.rmtree(f.at / "app/build")
    run = f.configure("app", machine[0] + " -nostdinc++")
    check("libatomic" not in run.stdout, "a program that does not even compile says nothing of libatomic", run.stdout)
    check((run := f.configure("logbuf", *machine)).returncode == 0, "logbuf configures", run.stdout)
    f.installs("and is installed", "logbuf", "prefix")
    f.builds("find_package", "found", *machine, f"-DCMAKE_PREFIX_PATH={f.at}/prefix", program=None)
    f.write({"c/CMakeLists.txt": HEAD.replace("CXX", "C") + "find_package(logbuf REQUIRED)\n"})
    run = f.configure("c", f"-DCMAKE_C_COMPILER={TOOLS[0].replace('++', '')}", machine[0].replace("CXX", "C"), machine[1],
                      f"-DCMAKE_PREFIX_PATH={f.at}/prefix")
    check(run.returncode == 0, "find_package in a project without C++", run.stdout)
    flags = f.run("pkg-config", "--cflags", "--libs", "logbuf", PKG_CONFIG_PATH=f"{f.at}/prefix/share/pkgconfig").stdout.split()
    run = f.run(f.compiler, "--target=i686-linux-gnu", "-static", "-std=c++20", "app/main.cpp", *flags, "-o", "program")
    check(run.returncode == 0, "a program links with what pkg-config says", run.stdout)
    check("-latomic" not in (f.root / "src/package/logbuf.pc.in").read_text("utf-8"), "and nobody else needs the library")


def main():
    root, compiler, what = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    if what == "libatomic" and None in map(shutil.which, TOOLS):
        return print(f"SKIPPED: it needs {' and '.join(TOOLS)}") or 0
    with tempfile.TemporaryDirectory() as at:
        {"exported": exported, "twice": twice, "folders": folders, "libatomic": libatomic}[what](Folder(root, compiler, pathlib.Path(at).resolve()))
    print("\n".join(faults))
    print(f"{checks} checks, {len(faults)} wrong")
    return bool(faults) or checks == 0


sys.exit(main())
