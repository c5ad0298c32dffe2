#!/usr/bin/env python3
"""What can be said of the packages without their tools: recipes.py ROOT. The version is the same everywhere, the headers are
in the namespace of their ABI, the vcpkg port puts the right files into place, the Conan recipe is sound Python."""
import ast
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import types
from unittest import mock

root = pathlib.Path(sys.argv[1]).resolve()
headers = root / "include" / "logbuf"
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


version_header = (headers / "version.hpp").read_text(encoding="utf-8")
numbers = {name: int(n) for name, n in re.findall(r"#define LOGBUF_(\w+) (\d+)", version_header)}
version = re.search(r'LOGBUF_VERSION_STRING "([^"]+)"', version_header)[1]
check(version == "{VERSION_MAJOR}.{VERSION_MINOR}.{VERSION_PATCH}".format(**numbers),
      "LOGBUF_VERSION_STRING has the three numbers")

# Every header in the ABI's namespace: one that is not would be shared between ABIs.
for header in sorted(headers.rglob("*.hpp")):
    text = header.read_text(encoding="utf-8")
    opened = re.findall(r"^namespace (logbuf\S*(?: \S+)?) \{$", text, re.M)
    wanted = f"logbuf::inline v{numbers['ABI']}"
    check(all(n == wanted or n.startswith(wanted + "::") for n in opened), f"{header.name} is in {wanted}: {opened}")
    has_code = any(line and not line.startswith(("//", "#")) for line in text.splitlines())
    check(opened or not has_code, f"{header.name} opens no namespace of logbuf")

# vcpkg: the port's script, with CMake commands in place of vcpkg's functions.
port = root / "docs" / "packaging" / "vcpkg" / "logbuf"
manifest = json.loads((port / "vcpkg.json").read_text(encoding="utf-8"))
check(manifest["name"] == "logbuf" and manifest["version"] == version, f"vcpkg.json has version {version}")
SHIM = r"""
function(vcpkg_cmake_configure)
  cmake_parse_arguments(a "" SOURCE_PATH "" ${ARGN})
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${a_SOURCE_PATH} -B ${WORK}/build --install-prefix ${CURRENT_PACKAGES_DIR}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_cmake_install)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${WORK}/build OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(a "" CONFIG_PATH "" ${ARGN})
  if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/${a_CONFIG_PATH}/logbufConfig.cmake)
    message(FATAL_ERROR "no logbufConfig.cmake in ${a_CONFIG_PATH}")
  endif()
  file(RENAME ${CURRENT_PACKAGES_DIR}/${a_CONFIG_PATH} ${CURRENT_PACKAGES_DIR}/share/logbuf)
endfunction()
function(vcpkg_fixup_pkgconfig)
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(a "" "" FILE_LIST ${ARGN})
  file(COPY ${a_FILE_LIST} DESTINATION ${CURRENT_PACKAGES_DIR}/share/logbuf)
endfunction()
include(${PORT}/portfile.cmake)
"""
with tempfile.TemporaryDirectory() as folder:
    script = pathlib.Path(folder) / "shim.cmake"
    script.write_text(SHIM, encoding="utf-8")
    packages = pathlib.Path(folder) / "packages"
    run = subprocess.run(["cmake", f"-DWORK={folder}", f"-DPORT={port}", f"-DCURRENT_PACKAGES_DIR={packages}", "-P", script],
                         text=True, capture_output=True, check=False)
    check(run.returncode == 0, f"the port's script runs: {run.stderr}")
    for file in ("include/logbuf/logbuf.hpp", "share/logbuf/logbufConfig.cmake", "share/logbuf/LICENSE",
                 "share/pkgconfig/logbuf.pc"):
        check((packages / file).is_file(), f"the port installs {file}")
    check(not (packages / "share" / "doc").exists(), "the port leaves share/doc to vcpkg")

# Conan: Python, and the methods that Conan 2 calls.
conan = root / "docs" / "packaging" / "conan"
recipe = ast.parse((conan / "conanfile.py").read_text(encoding="utf-8"))
ast.parse((conan / "test_package" / "conanfile.py").read_text(encoding="utf-8"))
(recipe_class,) = [node for node in recipe.body if isinstance(node, ast.ClassDef)]
methods = {node.name for node in recipe_class.body if isinstance(node, ast.FunctionDef)}
wanted = {"set_version", "export_sources", "generate", "build", "package", "package_id", "package_info"}
check(wanted <= methods, f"the recipe has {wanted - methods}")
check((conan / "../../../include/logbuf/version.hpp").is_file(), "the recipe finds the version from where it lies")

# Conan makes a CMake package of its own from package_info(), so that has to know what to link.
modules = ["conan", "conan.tools", "conan.tools.build", "conan.tools.cmake", "conan.tools.files"]
stubs = {name: mock.MagicMock(ConanFile=object) for name in modules}
with mock.patch.dict(sys.modules, stubs):
    names = {"__name__": "conanfile"}
    exec(compile(recipe, "conanfile.py", "exec"), names)


def system_libs(**settings):
    conanfile = names[recipe_class.name]()
    conanfile.cpp_info = mock.MagicMock(system_libs=[])
    conanfile.settings = types.SimpleNamespace(get_safe=settings.get)
    conanfile.package_info()
    return conanfile.cpp_info.system_libs


for arch, compiler, libraries in (("x86_64", "clang", ["pthread"]), ("x86", "gcc", ["pthread"]),
                                  ("x86", "clang", ["pthread", "atomic"])):
    linked = system_libs(os="Linux", arch=arch, compiler=compiler)
    check(linked == libraries, f"Conan: {compiler} for {arch} links {libraries}, not {linked}")

print("\n".join(f"FAILED: {failure}" for failure in failures) or f"version {version}, ABI v{numbers['ABI']}: in step")
sys.exit(bool(failures))
