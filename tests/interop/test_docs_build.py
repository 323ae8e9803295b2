"""The documentation builds as a site, with each warning an error."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.contracts import reference

_ROOT = Path(__file__).parents[2]
_MISSING = [name for name in ("sphinx", "furo") if not importlib.util.find_spec(name)]
pytestmark = pytest.mark.skipif(
    bool(_MISSING), reason=f"no {' and no '.join(_MISSING)}: pip install -e '.[docs]'"
)
#: A line of Sphinx' inventory: a name, what it is of Python's, and where it stands.
_LINE = re.compile(r"(\S+) py:\w+ -?\d+ (\S*) .*")


@pytest.fixture(scope="module", name="site")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it, as the page on contributing says."""
    folder = tmp_path_factory.mktemp("docs")
    site = folder / "site"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-W", "-n", "--keep-going", "-q"),
            *("-d", str(folder / "trees"), "docs", str(site)),
        ],
        cwd=_ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == ""
    return site


def described(site: Path) -> dict[str, str]:
    """Return the names that the site describes, and where."""
    inventory = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    found = {}
    for line in zlib.decompress(inventory).decode().splitlines():
        if match := _LINE.fullmatch(line):
            found[match[1]] = match[2].replace("$", match[1])
    return found


def test_every_public_name_is_described_in_the_reference(site: Path) -> None:
    """Names lead to where they are, and to no other place."""
    found = described(site)
    names = reference.public_names()
    missing = [name for name in names if name not in found]
    assert not missing
    for name in names:
        page, _, place = found[name].partition("#")
        assert page.startswith("reference/"), name
        assert f'id="{place}"' in (site / page).read_text(encoding="utf-8"), name


def test_sources_of_rules_are_shown(site: Path) -> None:
    """The field of our own is one among the usual ones."""
    page = (site / "reference" / "wininet.html").read_text(encoding="utf-8")
    assert re.search(r"<dt[^>]*>Source[^<]*<", page)
    assert ":source:" not in page


def test_seams_between_the_parts_are_not_shown(site: Path) -> None:
    """What begins with an underscore, and what the parts say to each other."""
    names = described(site)
    assert "twinet.Session.get" in names
    assert "twinet.HttpRequest.read" not in names  # it is the Resource's
    assert "twinet.Resource.read" in names
    for name in names:
        assert not re.search(r"\.(take|tell)_", name), name
