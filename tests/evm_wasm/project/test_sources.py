"""Sources: everything below src/, and nothing from elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from projects import CONTRACT, write_project

from evm_wasm.errors import InputError
from evm_wasm.project.sources import digests, read_sources, write_copy


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


def refusal(project: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_sources(project)
    return str(caught.value)


def test_all_files_below_the_folder_are_read_in_order(project: Path, tmp_path: Path) -> None:
    write_project(project, more={"src/b/z.wat": "z", "src/a.h": "a", "other/x.wat": "x"})
    sources = read_sources(project)
    assert list(sources) == ["src/a.h", "src/b/z.wat", "src/contract.wat"]
    assert sources["src/contract.wat"] == CONTRACT.encode()
    write_copy(sources, tmp_path / "copy")
    assert digests(read_sources(tmp_path / "copy")) == digests(sources)


def test_a_link_within_the_project_is_followed(project: Path) -> None:
    (project / "src" / "again.wat").symlink_to("contract.wat")
    assert read_sources(project)["src/again.wat"] == CONTRACT.encode()


@pytest.mark.parametrize("target", ["/etc/hostname", "../../outside.wat", "../../nowhere"])
def test_a_link_that_leads_out_is_refused(project: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "outside.wat").write_text("(module)")
    link = project / "src" / "link.wat"
    link.symlink_to(target)
    assert refusal(project) == f"{link}: a symbolic link that leads out of the project"


def test_a_link_to_a_link_that_leads_out_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.wat").write_text("(module)")
    (project / "step.wat").symlink_to(tmp_path / "outside.wat")
    link = project / "src" / "link.wat"
    link.symlink_to("../step.wat")
    assert "leads out of the project" in refusal(project)


def test_a_link_to_a_folder_is_refused(project: Path) -> None:
    (project / "src" / "round").symlink_to(".", target_is_directory=True)
    assert "a symbolic link to a folder; put the folder itself there" in refusal(project)


def test_a_link_to_nothing_is_refused(project: Path) -> None:
    (project / "src" / "link.wat").symlink_to("gone.wat")
    assert "link.wat: cannot be read: No such file" in refusal(project)


def test_text_that_is_no_utf8_is_refused_with_its_line(project: Path) -> None:
    (project / "src" / "contract.wat").write_bytes(b"(module\n  ;; \xe9\n)")
    assert refusal(project).endswith("contract.wat: line 2: not UTF-8 text, at byte 13")


def test_other_files_may_be_of_any_bytes(project: Path) -> None:
    (project / "src" / "picture.bin").write_bytes(b"\xff\x00")
    assert read_sources(project)["src/picture.bin"] == b"\xff\x00"


def test_a_pipe_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "src" / "pipe.wat")
    assert refusal(project).endswith("pipe.wat: neither a file nor a folder")


def test_a_project_without_sources_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).endswith("no such folder; the sources of a project lie there")


def test_sources_are_bounded(project: Path) -> None:
    with (project / "src" / "huge.bin").open("wb") as file:
        file.truncate(1 << 40)
    assert "huge.bin: with it the sources are larger than 67108864 bytes" in refusal(project)
