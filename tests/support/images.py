"""The image of the Dockerfile without a Docker engine: the same steps, in a folder that becomes the root.

The base image is played by this machine's own system, read-only, with this Python under /usr/local as in the official
images. Steps run for real, as root, in a mount namespace; a container runs as the image's user without any
capability, on a read-only root where only /tmp and the image's volumes can be written. It takes root on Linux.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

LINKS = ("bin", "sbin", "lib", "lib64")
# How this machine reaches the package index is no part of the image.
OF_THE_BUILDER = re.compile(r"PIP_|SSL_|REQUESTS_|(https?|no|all)_proxy", re.IGNORECASE)
# A Python built elsewhere looks for its library where it was built; the official images have run ldconfig.
OF_THE_BASE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": "/usr/local/lib"}
BARE = "setpriv --reuid={0} --regid={0} --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs"


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each with its arguments on one line."""
    lines = [line for line in dockerfile.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines())]


def context(checkout: Path) -> Iterator[Path]:
    """The files of the checkout, relative to it, that .dockerignore leaves to the builder."""
    lines = (checkout / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    for top in checkout.iterdir():
        if not _ignored(Path(top.name), rules):
            for path in top.rglob("*") if top.is_dir() else [top]:
                if path.is_file() and not _ignored(path.relative_to(checkout), rules):
                    yield path.relative_to(checkout)


def _ignored(path: Path, rules: list[str]) -> bool:
    """Whether the last rule that matches the path or a folder above it leaves it out."""
    ignored = False
    for rule in rules:
        wanted, names = rule.removeprefix("!"), [str(path), *map(str, path.parents)][:-1]
        if wanted.startswith("**/"):
            wanted, names = wanted.removeprefix("**/"), list(path.parts)
        if any(fnmatchcase(name, wanted) for name in names):
            ignored = not rule.startswith("!")
    return ignored


@dataclass
class Image:
    """One stage of a Dockerfile: its root, and what its instructions said."""

    root: Path
    base: str
    local: Path
    """What lies under /usr/local: the Python that the official images have there."""
    environ: dict[str, str] = field(default_factory=lambda: dict(OF_THE_BASE))
    folder: str = "/"
    user: str = "0"
    volumes: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """Where a path of the image lies on this machine."""
        return self.root / os.path.normpath(os.path.join(self.folder, path)).lstrip("/")  # noqa: PTH118

    def container(
        self, command: Sequence[str], environ: Mapping[str, str], **options: object
    ) -> "subprocess.Popen[str]":
        """The command, started as the image's user on a read-only root."""
        steps = [
            *(f"mount --bind {self.inside(path)} {self.inside(path)}" for path in self.volumes),
            f"mount -o remount,bind,ro {self.root}",
            f"mount -t tmpfs -o mode=1777 tmpfs {self.root}/tmp",
            f"mount -t tmpfs -o ro tmpfs {self.root}/dev/shm",
        ]
        return self._start(steps, BARE.format(self.user.partition(":")[0]), command, environ, **options)

    def build(self, line: str, environ: Mapping[str, str]) -> None:
        """Run one RUN instruction."""
        process = self._start([], "", ["sh", "-c", line], environ)
        said, _ = process.communicate(timeout=600)
        assert process.returncode == 0, f"RUN {line}: {said}"

    def _start(
        self,
        steps: list[str],
        bare: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        **options: object,
    ) -> "subprocess.Popen[str]":
        root = self.root
        script = [
            f"mount --bind {root} {root}",
            *(f"mount --bind /{name} {root}/{name}" for name in ("usr", "etc")),
            *(f"mount -o remount,bind,ro {root}/{name}" for name in ("usr", "etc")),
            f"mount --bind {self.local} {root}/usr/local",
            f"mount --rbind /dev {root}/dev",
            f"mount -t proc proc {root}/proc",
            *steps,
            f'exec /usr/sbin/chroot {root} {bare} sh -c \'cd {self.folder} && exec "$@"\' -- "$@"',
        ]
        return subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", "\n".join(script), "--", *command],
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,  # type: ignore[call-overload]
        )


def build(checkout: Path, folder: Path) -> Image:
    """Follow the Dockerfile of the checkout; the image of its last stage."""
    stages: dict[str, Image] = {}
    image = Image(folder, "", folder)
    for name, rest in instructions((checkout / "Dockerfile").read_text(encoding="utf-8")):
        if name == "FROM":
            base, _as, stage = rest.partition(" AS ")
            image = stages[stage] = _new_root(folder / f"stage{len(stages)}", base)
        elif name != "ARG":
            _follow(image, name, rest, stages, checkout)
    return image


def _follow(image: Image, name: str, rest: str, stages: Mapping[str, Image], checkout: Path) -> None:
    if name == "RUN":
        image.build(rest, {key: value for key, value in os.environ.items() if OF_THE_BUILDER.match(key)})
    elif name == "ENV":
        image.environ |= dict(pair.split("=", 1) for pair in shlex.split(rest))
    elif name == "COPY":
        _copy(image, shlex.split(rest), stages, checkout)
    elif name == "WORKDIR":
        image.folder = rest
        image.inside(".").mkdir(parents=True)
    elif name == "USER":
        image.user = rest
    elif name == "VOLUME":
        image.volumes.append(rest)
    elif name == "HEALTHCHECK":
        image.health = json.loads(rest[rest.index("CMD") + 3 :])
    elif name == "CMD":
        image.command = json.loads(rest)
    else:
        assert name == "EXPOSE", f"an instruction nobody follows here: {name}"


def _copy(image: Image, words: list[str], stages: Mapping[str, Image], checkout: Path) -> None:
    if words[0].startswith("--from="):
        source = stages[words[0].removeprefix("--from=")].inside(words[1])
        shutil.copytree(source, image.inside(words[2]), symlinks=True)
        return
    for path in context(checkout):
        if words[0] in (".", str(path)):
            target = image.inside(words[1]) / path if words[0] == "." else image.inside(words[1])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(checkout / path, target)


def _new_root(root: Path, base: str) -> Image:
    for name in ("usr", "etc", "dev", "proc", "tmp"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    for name in LINKS:
        (root / name).symlink_to(f"usr/{name}")
    if sys.base_prefix != "/usr":
        return Image(root, base, Path(sys.base_prefix))
    local = Path(f"{root}.local")
    (local / "bin").mkdir(parents=True)
    (local / "bin" / "python").symlink_to("/usr/bin/python3")
    return Image(root, base, local)
