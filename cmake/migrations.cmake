# Compiles src/store/migrations/NNNN_title.sql into the program as a table of (number, title, text, what only PostgreSQL
# runs after it: postgres/NNNN_title.sql, if there is one).
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
  set(postgres "")
  set(postgres_file ${CMAKE_SOURCE_DIR}/src/store/migrations/postgres/${name}.sql)
  if(EXISTS ${postgres_file})
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${postgres_file})
    file(READ ${postgres_file} postgres)
  endif()
  string(APPEND rows "    {${number}, \"${title}\", R\"sql(${text})sql\", R\"sql(${postgres})sql\"},\n")
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
