# The admin page, compiled in: scripts/build_web.sh builds web/ with node and npm into a table of files. Without them, or when npm cannot fetch the packages,
# the table is empty, and the server shows a plain page instead (src/api/front_page.cpp).
set(web_folder ${CMAKE_BINARY_DIR}/generated/web)
set(web_cpp ${web_folder}/web_files.cpp)
file(MAKE_DIRECTORY ${web_folder})
file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/*.ts ${CMAKE_SOURCE_DIR}/web/src/*.tsx ${CMAKE_SOURCE_DIR}/web/src/*.css ${CMAKE_SOURCE_DIR}/web/src/*.svg)
list(FILTER web_sources EXCLUDE REGEX "\\.(test|generated\\.d)\\.tsx?$|generated\\.d\\.ts$")
add_custom_command(OUTPUT ${web_cpp}
  DEPENDS ${web_sources} ${CMAKE_SOURCE_DIR}/web/index.html ${CMAKE_SOURCE_DIR}/web/package-lock.json ${CMAKE_SOURCE_DIR}/web/vite.config.ts
    ${CMAKE_SOURCE_DIR}/web/scripts/embed.mjs ${CMAKE_SOURCE_DIR}/scripts/build_web.sh
  COMMAND ${CMAKE_SOURCE_DIR}/scripts/build_web.sh ${web_folder}
  COMMENT "Building the admin page" VERBATIM)
