/** A shell script that runs its first argument as Python, under the interpreter of `odoo` itself: an image may have several. */
export const RUN_PYTHON = `python=$(sed -n '1s/^#! *//p' "$(command -v odoo)")
case "$python" in *python*) ;; *) python=python3 ;; esac
code=$1
shift
exec $python -c "$code" "$@"`;
