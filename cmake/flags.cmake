# C++20 as gcc 12 has it, every warning an error, and the hardening that Debian 12's compiler offers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(DARKROOM_OPTIMISE "" CACHE STRING "optimisation flags that replace the build type's own")
set(DARKROOM_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")

# The two warnings switched off are false alarms of gcc 12 inside std::optional and std::string.
add_library(darkroom_flags INTERFACE)
target_compile_options(darkroom_flags INTERFACE
  -Wall -Wextra -Werror -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum -Wnon-virtual-dtor -Wshadow=local
  -Wno-maybe-uninitialized -Wno-restrict -Wno-missing-field-initializers
  -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection -fcf-protection=full ${DARKROOM_OPTIMISE})
target_compile_definitions(darkroom_flags INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
if(DARKROOM_SANITIZE)
  target_compile_options(darkroom_flags INTERFACE -fsanitize=${DARKROOM_SANITIZE} -fno-omit-frame-pointer)
  if(DARKROOM_SANITIZE STREQUAL "thread")
    target_compile_options(darkroom_flags INTERFACE -Wno-tsan)
  endif()
  target_link_options(darkroom_flags INTERFACE -fsanitize=${DARKROOM_SANITIZE})
else()
  target_compile_options(darkroom_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
target_link_options(darkroom_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed -pie)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
