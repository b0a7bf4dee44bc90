"""What an installed package needs: declared imports, the files that code reads, one sentence where a checkout is missing."""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from cxhouse.settings import PROJECT, SettingsError, find_project, read_settings
from tests.architecture.test_rooms import list_imports
from tests.architecture.tree import list_tracked, name_of

PACKAGES = ("cxhouse", "declared", "ingestion", "semantic")
META = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_READ = {"cxhouse/make_environment.sh", "ingestion/demo/README.md"}


def name_distribution(name: str) -> str:
    """The name as an index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def list_declared(*extras: str) -> set[str]:
    """Distributions that pyproject.toml declares, without extras unless named."""
    project = META["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return {name_distribution(Requirement(line).name) for line in lines}


def test_every_import_of_the_package_is_a_declared_dependency() -> None:
    found = {
        (name_of(path), name)
        for package in PACKAGES
        for path in list_tracked(f"{package}/*.py")
        for name in list_imports(path) - {*PACKAGES, *sys.stdlib_module_names}
    }
    assert len({name for _, name in found}) > 10
    installed = packages_distributions()
    declared = list_declared()
    missing = {(path, name) for path, name in found if not declared & {name_distribution(each) for each in installed.get(name, [name])}}
    # the types of csv, for the type checker alone
    assert {pair for pair in missing if pair[1] != "_csv"} == set()


def test_dependencies_have_lower_bounds_and_no_pins() -> None:
    declared = [line for lines in (META["project"]["dependencies"], *META["project"]["optional-dependencies"].values()) for line in lines]
    assert len(declared) > 20
    assert [line for line in declared if "==" in line] == []
    assert [line for line in META["project"]["dependencies"] if ">=" not in line and line != "tzdata"] == []


def test_the_lock_holds_every_declared_dependency() -> None:
    lock = set(re.findall(r"^([a-z0-9._-]+)==", (PROJECT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert list_declared("airflow", "metricflow", "test") - {name_distribution(name) for name in lock} == set()


def test_every_file_beside_the_code_is_part_of_the_package() -> None:
    endings = {Path(pattern).suffix for pattern in META["tool"]["setuptools"]["package-data"]["*"]}
    files = [path for package in PACKAGES for path in list_tracked(f"{package}/*") if path.suffix != ".py"]
    assert len(files) > 20
    assert {name_of(path) for path in files if path.suffix not in endings} == NOT_READ


def test_without_a_checkout_the_working_folder_is_the_project_and_build_says_what_it_needs(tmp_path: Path) -> None:
    assert find_project(PROJECT, tmp_path) == PROJECT
    # beside installed packages, dbt/ is dbt's own code
    (tmp_path / "site-packages" / "dbt").mkdir(parents=True)
    assert find_project(tmp_path / "site-packages", tmp_path) == tmp_path
    settings = read_settings({})
    settings.need_checkout("build")
    with pytest.raises(SettingsError, match=r"cxhouse build needs a checkout of the repository.*clone the repository.*make setup"):
        replace(settings, project=tmp_path).need_checkout("build")
