# cmake --install, find_package(logbuf), pkg-config, and the Debian package: headers and three small files, of no
# architecture, hence below share/.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/logbuf)
install(DIRECTORY ${headers}/logbuf DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(TARGETS logbuf EXPORT logbufTargets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT logbufTargets NAMESPACE logbuf:: DESTINATION ${package_dir})
# Below 1.0 a minor version may break the one before.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/logbufConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/logbufConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/logbufConfigVersion.cmake
  DESTINATION ${package_dir})

# The prefix is where the file lies: cmake --install --prefix and packages may move it.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_DATADIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/logbuf.pc.in ${CMAKE_CURRENT_BINARY_DIR}/logbuf.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/logbuf.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The logbuf authors <nobody@logbuf.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_PACKAGE_NAME liblogbuf-dev)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "g++ (>= 4:12)")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGE_DESCRIPTION "Bounded lock-free SPSC and MPSC ring buffers. Records are claimed and written
in place, or skipped when the claim is dropped; a receiver can sleep and is woken.
Header-only, C++20; the headers themselves are model-checked.")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/liblogbuf-dev RENAME copyright)
include(CPack)
