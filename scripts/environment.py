"""Bring a virtual environment up to date with one lock file; does nothing when it already is.

    python3 scripts/environment.py runtime|development FOLDER

The environment gets exactly the locked files (their hashes are checked) and this checkout, editable.
A stamp in the environment holds the digest of all that decides its content, so that a second run
costs no more than reading a few files. It runs before anything is installed, under whatever Python
the user has: standard library only, and syntax that an old Python can read to the point of refusing.
"""

import hashlib
import os
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)
# The larger lock contains the smaller one at the same versions.
CONTAINED = {"runtime": ("runtime",), "development": ("development", "runtime")}
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

OFFLINE = """\
The packages of {lock} could not be installed; pip's own words are above.
  No network?  Fetch them where there is one, and point to the folder:
      pip download --require-hashes -r {lock} -d wheels
      PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels make test
  A proxy or mirror?  Set HTTPS_PROXY or PIP_INDEX_URL as pip documents it."""

NO_VENV = """\
This Python ({python}) cannot make virtual environments: its module {module} is missing.
  Debian, Ubuntu:  apt-get install python3-venv
  Elsewhere:       install a complete Python 3.11 to 3.13, then PYTHON=python3.12 make test"""


def refuse(message):
    """End with one message for the user and exit code 2."""
    sys.stderr.write(message + "\n")
    sys.exit(2)


def check_python():
    """Refuse a Python that is too old, too new, or was packaged without `venv`."""
    found = sys.version_info[:2]
    if not OLDEST <= found <= NEWEST:
        refuse(
            "Python 3.11, 3.12 or 3.13 is needed; %s is Python %d.%d. Install one of them and name it, "
            "for example: PYTHON=python3.12 make test" % ((sys.executable,) + found)
        )
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            refuse(NO_VENV.format(python=sys.executable, module=module))


def lock_file(name):
    """The path of a lock, relative to the checkout."""
    return os.path.join("requirements", name + ".lock")


def digest(name):
    """What decides the content of an environment: the interpreter, the checkout, lock and project."""
    content = hashlib.sha256()
    for text in (sys.version, sys.base_prefix, ROOT):
        content.update(text.encode() + b"\0")
    for path in (lock_file(name), "pyproject.toml"):
        with open(os.path.join(ROOT, path), "rb") as file:
            content.update(file.read() + b"\0")
    return content.hexdigest()


def stamp(folder, name):
    """Where the digest of a finished installation stands."""
    return os.path.join(folder, "installed-" + name)


def is_current(folder, name):
    """Whether the environment already holds what the lock `name` asks for."""
    try:
        with open(stamp(folder, name)) as file:
            return file.read() == digest(name)
    except OSError:
        return False


def install(folder, name):
    """Install the locked packages and this checkout.

    The development set is put on top of a current runtime set; anything else starts from nothing,
    so that no package of an older lock stays behind.
    """
    if not is_current(folder, "runtime"):
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", folder])
    binaries = "Scripts" if os.name == "nt" else "bin"
    pip = [os.path.join(folder, binaries, "python"), "-m", "pip", "--disable-pip-version-check"]
    locked = ["install", "--quiet", "--require-hashes", "--requirement", lock_file(name)]
    if subprocess.call(pip + locked, cwd=ROOT) != 0:
        refuse(OFFLINE.format(lock=lock_file(name)))
    # The lock holds the build backend too: nothing is fetched here that no hash vouches for.
    project = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
    subprocess.check_call(pip + project, cwd=ROOT)
    for contained in CONTAINED[name]:
        with open(stamp(folder, contained), "w") as file:
            file.write(digest(contained))


def main(arguments):
    """Check the interpreter, then install what is missing."""
    check_python()
    if len(arguments) != 2 or arguments[0] not in CONTAINED:
        refuse("usage: environment.py runtime|development FOLDER")
    name, folder = arguments
    folder = os.path.abspath(folder)
    if is_current(folder, name):
        return
    sys.stdout.write("Installing %s into %s\n" % (lock_file(name), folder))
    sys.stdout.flush()
    try:
        install(folder, name)
    except (OSError, subprocess.CalledProcessError) as error:
        refuse("The environment %s could not be made: %s" % (folder, error))


if __name__ == "__main__":
    main(sys.argv[1:])
