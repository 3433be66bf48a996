# Sourced by the scripts that need files of Debian packages without installing them: apt with lists and cache of its own in a
# folder, so that nothing of the system changes and no root is needed.

# private_apt FOLDER SOURCES COMMAND ARGUMENT...: SOURCES is a deb822 file, or "system" for the machine's own sources.
private_apt() {
  local folder=$1 sources=$2 command=$3
  shift 3
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
  local options=(-qq -o APT::Sandbox::User=root -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache")
  if [[ $sources != system ]]; then
    options+=(-o "Dir::Etc::sourcelist=$sources" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::status=/dev/null)
  fi
  apt-get "${options[@]}" "$command" "$@"
}

# debian_mirror FOLDER: the address of the Debian mirror that this machine already uses, from its own apt sources in whichever
# format they are. apt tells it only once it has lists; where the system has none, they are fetched into the folder.
debian_mirror() {
  local codename address lists
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  for lists in /var/lib/apt/lists "$1/lists"; do
    [[ $lists == "$1/lists" ]] && private_apt "$1" system update
    address=$(apt-get -o "Dir::State::lists=$lists" indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
      awk -v codename="$codename" '$2 == codename && $3 == "main" && !found {print $1; found = 1}')
    [[ -z $address ]] || break
  done
  printf '%s' "$address"
}
