"""A project to begin a plugin with: a distribution that runs, passes the suite of its kind, and is changed from there.

What is written lies in ``templates``, a folder for each kind; in it ``package`` stands for the package's own name, and words in
double braces are filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Final

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.plugins.backends import backend_states
from civicflow.plugins.discovery import NOTIFIERS, STORAGE
from civicflow.texts import Catalogue

KINDS: Final = ("storage", "notifier")
"""What a project can bring."""

_GROUPS: Final[Mapping[str, str]] = {"storage": STORAGE, "notifier": NOTIFIERS}
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST: Final = 40
_SUFFIX: Final = ".tmpl"
_TEXTS: Final = Catalogue(
    {
        "refused": "the project was not written | 未创建项目",
        "kind": "there is no project of this kind; there are {kinds} | 没有此类项目；可选：{kinds}",
        "name": "a name is made of small letters, digits and single hyphens, begins with a letter, and has at most {longest}"
        " characters, as in village-archive | 名称须由小写字母、数字和单个连字符组成，以字母开头，最多{longest}个字符，例如"
        " village-archive",
        "prefix": "the distribution is called civicflow-… by itself; leave that out | 软件包会自动命名为 civicflow-…；"
        "请去掉该前缀",
        "ours": "this scheme is civicflow's own, and nobody else can bring it; take another name"
        " | 此 scheme 为 civicflow 自带，他人不能占用；请另取名称",
        "folder": "it is no folder; name another place | 它不是文件夹；请另选位置",
        "there": "there is something of this name already, and nothing is overwritten; name another folder"
        " | 同名文件已存在，不会覆盖；请另选文件夹",
    }
)


@attrs.frozen(kw_only=True)
class Project:
    """A project that was written.

    Attributes:
        distribution: what it is called when it is installed.
        package: what is imported.
        scheme: with which its URLs begin.
        files: what was written, relative to its folder, sorted.
    """

    distribution: str
    package: str
    scheme: str
    files: tuple[PurePosixPath, ...]


def begin_project(folder: str | Path, *, kind: str, name: str) -> Project:
    """Write a project that brings a storage or a notifier, and passes its suite as it stands.

    Args:
        folder: where; made if it is not there. What lies in it stays.
        kind: ``storage`` or ``notifier``.
        name: becomes the scheme ``NAME://``, the distribution ``civicflow-NAME`` and the package ``civicflow_NAME``.

    Raises:
        InvalidInput: the kind or the name cannot be, or a file is there already; nothing was written.
        OSError: the folder cannot be written; what had been written is removed again.
    """
    folder = Path(folder)
    faults = [*_faults_of_names(kind, name)]
    contents = {} if faults else dict(_contents(kind, name))
    faults += _faults_of_place(folder, contents)
    if faults:
        raise InvalidInput(_TEXTS["refused"], faults)
    _write(folder, contents)
    words = _words(name)
    return Project(
        distribution=words["distribution"],
        package=words["package"],
        scheme=words["scheme"],
        files=tuple(sorted(contents)),
    )


def _faults_of_names(kind: str, name: str) -> Iterator[Fault]:
    if kind not in KINDS:
        yield _fault("kind", "kind", kind, kinds=", ".join(KINDS))
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        yield _fault("name", "name", name, longest=_LONGEST)
    elif name.partition("-")[0] == "civicflow":
        yield _fault("name", "prefix", name)
    elif any(
        state.name == name and state.group == _GROUPS.get(kind) and state.distribution == "civicflow"
        for state in backend_states()
    ):
        yield _fault("name", "ours", name)


def _faults_of_place(folder: Path, contents: Mapping[PurePosixPath, str]) -> Iterator[Fault]:
    for place in (folder, *folder.parents):
        if place.exists() and not place.is_dir():
            yield _fault("folder", "folder", str(place))
            return
    for path in sorted(contents):
        for part in (path, *path.parents[:-1]):
            place = folder / part
            if place.is_symlink() or (place.exists() and (part == path or not place.is_dir())):
                yield _fault(str(part), "there", str(place))
                break


def _fault(path: str, rule: str, value: str, **gaps: object) -> Fault:
    text = _TEXTS[rule].fill(**gaps)
    return Fault(path=path, rule=rule, value=value, reason=text.en, text=text)


def _words(name: str) -> dict[str, str]:
    return {
        "scheme": name,
        "distribution": f"civicflow-{name}",
        "package": f"civicflow_{name.replace('-', '_')}",
        "class": "".join(part.capitalize() for part in name.split("-")),
    }


def _contents(kind: str, name: str) -> Iterator[tuple[PurePosixPath, str]]:
    """The files of a project, by their place in it."""
    words = _words(name)
    for path, file in _below(files("civicflow.plugins") / "templates" / kind, PurePosixPath()):
        parts = [words["package"] if part == "package" else part for part in path.parts]
        text = file.read_text(encoding="utf-8")
        for word, meaning in words.items():
            text = text.replace(f"{{{{{word}}}}}", meaning)
        yield PurePosixPath(*parts).with_name(path.name.removesuffix(_SUFFIX)), text


def _below(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _below(one, path / one.name)
        elif one.name.endswith(_SUFFIX):
            yield path / one.name, one


def _write(folder: Path, contents: Mapping[PurePosixPath, str]) -> None:
    """Write all files, or none; one that somebody else wrote meanwhile is not touched."""
    made: list[Path] = []
    try:
        for path, text in contents.items():
            for place in reversed((folder / path).parents):
                if not place.exists():
                    place.mkdir()
                    made.append(place)
            with (folder / path).open("x", encoding="utf-8", newline="\n") as file:
                made.append(folder / path)
                file.write(text)
    except BaseException:
        for place in reversed(made):
            with suppress(OSError):  # a folder into which somebody else wrote meanwhile stays
                place.rmdir() if place.is_dir() else place.unlink()
        raise
