"""What an overlay may not say of a model, a series, an adapter or an operation, and what else is wrong in one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from mirld.check.findings import Finding
from mirld.check.report import CheckPlan
from mirld.vocab import DEFAULT_BASE

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ROOT / "tests" / "fixtures" / "boundary"

BOUNDARY = {
    "autonomy-of-a-model": ("mirs:Entry-needsDeployment", "put it on a mir:Deployment"),
    "sector-of-a-series": ("mirs:Entry-needsDeployment", "put it on a mir:Deployment"),
    "users-of-an-adapter": ("mirs:Entry-needsDeployment", "put it on a mir:Deployment"),
    "evolution-of-my-model": ("mirs:Entry-needsDeployment", "put it on a mir:Deployment"),
    "transparency-not-known": ("mirs:Entry-needsDeployment", "put it on a mir:Deployment"),
    "data-of-a-model": ("mirs:Entry-needsDataset", "put it on a mir:Dataset"),
    "task-performed-by-a-model": ("mirs:Entry-needsSystem", "write <vocab/mode/supports>"),
    "activity-of-a-model": ("mirs:Entry-needsSystem", "write <vocab/mode/supports>"),
    "risk-of-a-model": ("mirs:Entry-needsUse", "write <vocab/mode/to-consider>"),
    "characteristic-of-a-model": ("mirs:Entry-needsOrganisation", "put it on a mir:Deployment"),
    "type-of-a-scheduler": ("mirs:Operation-classification", "put the classification on the model"),
    "type-of-a-deployment": ("mirs:Deployment-classification", "on the model that the deployment uses"),
    "autonomy-of-a-data-set": ("mirs:Dataset-classification", "a system or a deployment"),
    "operator-of-nobody": ("mirs:Deployment-operator", "with mir:operator"),
}
"""Every overlay that breaks the boundary: the one shape that is meant for it, and words of the mend."""

FAULTS = {
    "unknown-notation": ("mirs:Classification-concept", "did you mean <vocab/oecd-class/am-2-3>?", "mir:concept"),
    "unknown-criterion": ("lint:dangling", "nothing describes <vocab/oecd-class/am-22>", "mir:criterion"),
    "name-of-another": ("lint:classification", "name it #classification-asserted-oecd-class-to-3-4", "a mir:Class"),
    "no-ground": ("lint:ground", "write dcterms:source and mir:confidence", "a mir:Classification"),
    "mapping-to-nothing": ("lint:dangling", "did you mean <vocab/oecd-aim/content>?", "skos:closeMatch"),
    "mappings-that-contradict": ("lint:mapping", "skos:broadMatch and skos:narrowMatch", "skos:narrowMatch"),
    "mappings-in-a-circle": ("lint:cycle", "take one link out", "skos:broadMatch"),
}
"""Every other fault: the rule, words of its message, and the line it names."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Finding]]:
    """Check all overlays at once, laid over the real registry; findings by the name of the overlay."""
    mine = tmp_path_factory.mktemp("mine") / "overlays"
    shutil.copytree(OVERLAYS, mine)  # what lies inside the registry's folder is no overlay
    report = CheckPlan(root=ROOT, base=DEFAULT_BASE, paths=(mine,)).report()
    by_file: dict[str, list[Finding]] = {path.stem: [] for path in OVERLAYS.glob("*.ttl")}
    for finding in report.findings:
        by_file[Path(finding.file or "").stem].append(finding)
    return by_file


def line(name: str, finding: Finding) -> str:
    assert finding.line is not None
    return (OVERLAYS / f"{name}.ttl").read_text(encoding="utf-8").splitlines()[finding.line - 1]


@pytest.mark.parametrize("name", BOUNDARY)
def test_what_breaks_the_boundary_is_refused_by_the_shape_meant_for_it(
    found: Mapping[str, list[Finding]], name: str
) -> None:
    """One finding, at the line that links the classification, with the mend."""
    code, mend = BOUNDARY[name]
    assert [finding.code for finding in found[name]] == [code], [str(finding) for finding in found[name]]
    assert found[name][0].severity == "violation"
    assert mend in found[name][0].message
    if code.endswith("operator"):
        return  # what is missing has no line but that of its class
    assert "mir:classification" in line(name, found[name][0])


@pytest.mark.parametrize("name", FAULTS)
def test_every_other_fault_is_found_where_it_stands(found: Mapping[str, list[Finding]], name: str) -> None:
    """The finding has the rule, the line and a message that says how to mend it."""
    code, words, at = FAULTS[name]
    mine = [finding for finding in found[name] if finding.code == code]
    assert len(mine) == 1, [str(finding) for finding in found[name]]
    assert words in mine[0].message
    assert at in line(name, mine[0])


def test_a_deployment_a_system_a_data_set_and_a_model_of_ones_own_can_be_classified(
    found: Mapping[str, list[Finding]],
) -> None:
    """Each says what is its own to say, and nothing is found."""
    assert found["sound"] == []


def test_every_overlay_is_looked_at() -> None:
    assert {path.stem for path in OVERLAYS.glob("*.ttl")} == {*BOUNDARY, *FAULTS, "sound"}
