# Compiles src/store/migrations/NNNN_title.sql into the program as a table of (number, title, text, what only one of the databases
# runs after it: sqlite/NNNN_title.sql and postgres/NNNN_title.sql, if there are such).
set(migrations_cpp ${CMAKE_BINARY_DIR}/generated/migrations.cpp)
set(rows "")
file(GLOB migration_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/store/migrations/*.sql)
foreach(file IN LISTS migration_files)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  get_filename_component(name ${file} NAME_WE)
  string(REGEX MATCH "^0*([0-9]+)_(.*)$" matched ${name})
  set(number ${CMAKE_MATCH_1})
  set(title ${CMAKE_MATCH_2})
  file(READ ${file} text)
  foreach(database sqlite postgres)
    set(${database} "")
    set(own_file ${CMAKE_SOURCE_DIR}/src/store/migrations/${database}/${name}.sql)
    if(EXISTS ${own_file})
      set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${own_file})
      file(READ ${own_file} ${database})
    endif()
  endforeach()
  string(APPEND rows "    {${number}, \"${title}\", R\"sql(${text})sql\", R\"sql(${postgres})sql\", R\"sql(${sqlite})sql\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${migrations_cpp} CONTENT [[// Made from src/store/migrations by cmake/migrations.cmake.
#include "store/sql/migrate.h"

namespace darkroom::store {

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> kMigrations = {
@rows@  };
  return kMigrations;
}

}  // namespace darkroom::store
]] @ONLY)
