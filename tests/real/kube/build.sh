#!/bin/sh
# Builds etcd, kube-apiserver, kube-controller-manager and kubectl from their Go modules into .kube/bin of this
# repository: what is missing there or older than its module, nothing else. `make kube` calls this.
#
#   tests/real/kube/build.sh [BINARY ...]      # all four by default; MENDLOOP_KUBE_BIN names another folder
#
# The first build takes about five minutes on two cores and 3 GB of Go's build cache; later ones take seconds.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
bin=${MENDLOOP_KUBE_BIN:-$(CDPATH='' cd -- "$here/../../.." && pwd)/.kube/bin}

say() { printf 'kube: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Where the module of a binary lies, and the package in it.
module() { case $1 in etcd) echo etcd ;; *) echo apiserver ;; esac }
package() { case $1 in etcd) echo . ;; *) echo "./$1" ;; esac }

is_current() {
    [ -x "$bin/$1" ] && [ -z "$(find "$here/$(module "$1")" -type f -newer "$bin/$1")" ]
}

# `kubectl version` and /version read what Kubernetes' own build stamps in; the number stands in go.mod only.
stamp() {
    version=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes \(v[0-9.]*\)$/\1/p' "$here/apiserver/go.mod")
    minor=${version#v1.}
    minor=${minor%%.*}
    flags='-s -w'
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        flags="$flags -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor"
        flags="$flags -X $package.gitCommit=$version -X $package.gitTreeState=archive"
    done
    echo "$flags"
}

build() {
    started=$(date +%s)
    say "building $1 ..."
    # Built beside its place and moved: an interrupted build leaves no half binary that looks current.
    (cd "$here/$(module "$1")" &&
        CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -ldflags "$(stamp)" -o "$bin/.$1.new" "$(package "$1")") ||
        die "building $1 failed; Go's message is above (is the module proxy reachable, is there room in $(go env GOCACHE)?)"
    mv -f "$bin/.$1.new" "$bin/$1"
    say "$1 is ready after $(($(date +%s) - started)) s"
}

[ $# -gt 0 ] || set -- etcd kube-apiserver kube-controller-manager kubectl
for name in "$@"; do
    case $name in
        etcd | kube-apiserver | kube-controller-manager | kubectl) ;;
        *) die "$name is not built here; known are etcd, kube-apiserver, kube-controller-manager, kubectl" ;;
    esac
done
mkdir -p "$bin"
for name in "$@"; do
    is_current "$name" && continue
    command -v go >/dev/null 2>&1 ||
        die "$name must be built, and Go is not installed (https://go.dev/dl, 1.26 or newer); or put the binaries of setup-envtest into $bin or name their folder in KUBEBUILDER_ASSETS"
    build "$name"
done
say "$bin is up to date"
