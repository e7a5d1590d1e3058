#!/bin/sh
# The docker that wrangler is given where the client has no buildx, or where the sidecar's image is
# our stand-in: it leaves out what the older builder does not know, and pulls nothing that is there.
set -eu
docker=${CF_WARM_POOL_DOCKER:-docker}

case "${1:-}" in
build)
  if ! "$docker" buildx version >/dev/null 2>&1; then
    export DOCKER_BUILDKIT=0
    # Each argument goes to the end of the list again, unless it is left out.
    skip=0
    for argument in "$@"; do
      shift
      case "$skip$argument" in
      1*) skip=0 ;;
      0--platform) skip=1 ;;
      0--load | 0--provenance=*) ;;
      *) set -- "$@" "$argument" ;;
      esac
    done
  fi
  ;;
pull)
  if "$docker" image inspect "$2" >/dev/null 2>&1; then exit 0; fi
  ;;
esac

exec "$docker" "$@"
