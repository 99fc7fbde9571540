"""diffusers: schedulers, guiders, pipelines and what they are made of, and the models that its examples load."""

from __future__ import annotations

from mirld.errors import InputError
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.sources.diffusers.guiders import read_guiders
from mirld.harvest.sources.diffusers.library import NAME, PAGE, Library
from mirld.harvest.sources.diffusers.models import read_models
from mirld.harvest.sources.diffusers.pipelines import read_pipelines
from mirld.harvest.sources.diffusers.schedulers import GROUP, read_schedulers
from mirld.harvest.sources.diffusers.series import read_series
from mirld.harvest.sources.diffusers.single_file import read_single_files


def read(package: Package, known: Known) -> Harvest:
    """Read the whole package; InputError when its layout changed."""
    library = Library(package, known, Harvest())
    try:
        return _read(library)
    except RecursionError as error:
        raise InputError("a file is nested too deep to be read", file=package.name) from error


def _read(library: Library) -> Harvest:
    schedulers = read_schedulers(library)
    pipelines = read_pipelines(library)
    classes = {str(item.label) for item in schedulers} | {GROUP}
    entries = read_models(library, pipelines, classes)
    series = [*read_single_files(library, entries), *read_series(library, pipelines, entries)]
    library.harvest.items += [*schedulers, *read_guiders(library), *series, *entries.settled()]
    library.harvest.findings = sorted(set(library.harvest.findings))
    return library.harvest


SOURCE = Source(
    name=NAME,
    title="Diffusers",
    description=(
        "Schedulers and guiders with their parameters, pipelines with their components, and the models that examples"
        " load, with repository, class, precision and settings, read from the Python package."
    ),
    licence="Apache-2.0",
    origin="pip:diffusers",
    page=f"{PAGE}/diffusers",
    rank=40,
    read=read,
)
