"""A Conan 2 recipe. It takes the clone that it lies in, and is published nowhere."""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain
from conan.tools.files import copy, load


class LogbufConan(ConanFile):
    name = "logbuf"
    description = "Lock-free ring buffers for raw variable-length byte records"
    license = "MIT"
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..", "..")

    def set_version(self):
        text = load(self, os.path.join(self._root, "include", "logbuf", "version.hpp"))
        self.version = re.search(r'LOGBUF_VERSION_STRING "([^"]+)"', text)[1]

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "include/*", "src/*"):
            copy(self, pattern, self._root, self.export_sources_folder)

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        CMakeToolchain(self).generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "logbuf")
        self.cpp_info.set_property("cmake_target_name", "logbuf::logbuf")
        self.cpp_info.set_property("pkg_config_name", "logbuf")
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        if self.settings.get_safe("os") in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
            # src/package/link_atomic.cmake: Conan does not use our CMake package, which would find this out.
            if self.settings.get_safe("arch") == "x86" and self.settings.get_safe("compiler") == "clang":
                self.cpp_info.system_libs.append("atomic")
