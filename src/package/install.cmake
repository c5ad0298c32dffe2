# cmake --install, find_package(logbuf), pkg-config, and the Debian package: headers and three small files, of no
# architecture, hence below share/.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# A user's library that links logbuf can only be exported if logbuf is in an export set. So the rules are always there. They
# are left out of `cmake --install` where logbuf is a part of another project that does not want it installed.
set(rules COMPONENT logbuf)
if(NOT LOGBUF_INSTALL)
  list(APPEND rules EXCLUDE_FROM_ALL)
endif()

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/logbuf)
install(DIRECTORY ${headers}/logbuf DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${rules} FILES_MATCHING PATTERN "*.hpp")
install(TARGETS logbuf EXPORT logbufTargets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT logbufTargets NAMESPACE logbuf:: DESTINATION ${package_dir} ${rules})
export(EXPORT logbufTargets NAMESPACE logbuf:: FILE ${CMAKE_CURRENT_BINARY_DIR}/logbufTargets.cmake)
# Below 1.0 a minor version may break the one before.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/logbufConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
configure_file(${CMAKE_CURRENT_LIST_DIR}/logbufConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/logbufConfig.cmake COPYONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/link_atomic.cmake ${CMAKE_CURRENT_BINARY_DIR}/link_atomic.cmake COPYONLY)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/logbufConfig.cmake ${CMAKE_CURRENT_LIST_DIR}/link_atomic.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/logbufConfigVersion.cmake DESTINATION ${package_dir} ${rules})

# In the file for pkg-config the prefix is where the file lies: cmake --install --prefix and packages may move it. That is
# not so for folders that are absolute.
set(pc_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
if(IS_ABSOLUTE "${pc_dir}")
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH up /${pc_dir} /)
  string(REGEX REPLACE "/$" "" up "${up}")
  set(pc_prefix "\${pcfiledir}/${up}")
endif()
set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
endif()
string(REPLACE " " "\\ " pc_prefix "${pc_prefix}")
string(REPLACE " " "\\ " pc_includedir "${pc_includedir}")
set(pc_libs -pthread)
if(LOGBUF_ATOMICS_LINK_WITH_LIBATOMIC)
  string(APPEND pc_libs " -latomic")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/logbuf.pc.in ${CMAKE_CURRENT_BINARY_DIR}/logbuf.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/logbuf.pc DESTINATION ${pc_dir} ${rules})

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
